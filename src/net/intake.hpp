// The bounded queue between publishers on any thread and the broker's strand.
#pragma once

#include <thump/event_ptr.hpp>

#include <boost/lockfree/policies.hpp>
#include <boost/lockfree/queue.hpp>

#include <atomic>
#include <cstddef>

namespace thump::detail {

struct pending_receipt;

/// An event on its way to the strand, and who wants to know what becomes of it (nobody: null).
struct intake_entry {
    published_event* what = nullptr;   // owns one reference
    pending_receipt* receipt = nullptr;
};

/// A bounded lock-free queue with many producers and one consumer.
///
/// The count of entries is kept beside the queue, which has none: so the bound holds exactly.
class intake {
public:
    explicit intake(std::size_t capacity) : capacity_{capacity}, entries_{capacity} {}

    /// Adds an entry. Any thread.
    /// @return whether there was room.
    [[nodiscard]] bool push(intake_entry entry)
    {
        // Whoever has a place finds a node: `pop` frees the node before the place.
        for (auto taken = size(); taken < capacity_;)
            if (size_.compare_exchange_weak(taken, taken + 1, std::memory_order_acquire))
                return entries_.bounded_push(entry);
        return false;
    }

    /// Takes the oldest entry. The strand only.
    [[nodiscard]] bool pop(intake_entry& entry)
    {
        if (!entries_.pop(entry)) return false;
        size_.fetch_sub(1, std::memory_order_release);
        return true;
    }

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept
    {
        return size_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    std::size_t const capacity_;
    std::atomic<std::size_t> size_{0};
    boost::lockfree::queue<intake_entry, boost::lockfree::fixed_sized<true>> entries_;
};

}   // namespace thump::detail
