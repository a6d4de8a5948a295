// The bounded queue between publishers on any thread and the broker's strand.
#pragma once

#include <thump/event_ptr.hpp>
#include <thump/time_point.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace thump::detail {

struct pending_receipt;

/// An event on its way to the strand, and who wants to know what becomes of it (nobody: null).
struct intake_entry {
    published_event* what = nullptr;   // owns one reference
    pending_receipt* receipt = nullptr;
    time_point since = {};   // when it was published
};

/// A bounded lock-free queue with many producers and one consumer: a ring after Vyukov, without his
/// second atomic for each consumer.
///
/// A producer takes a place by moving `tail_` on, fills it, and marks it with its position; the
/// consumer waits for that mark. Places are free again once `head_` has passed them, and nobody
/// takes one before: so the bound holds exactly, whatever the size of the ring.
class intake {
public:
    /// @param capacity Entries, at least 1.
    explicit intake(std::size_t capacity)
        : capacity_{capacity}
        , mask_{std::bit_ceil(capacity) - 1}
        , places_{std::make_unique<place[]>(mask_ + 1)}
    {
    }

    /// Adds an entry. Any thread.
    /// @return whether there was room.
    [[nodiscard]] bool push(intake_entry entry)
    {
        auto tail = tail_.load(std::memory_order_relaxed);
        do {
            // Behind a stale tail this is less than the truth, and the exchange fails.
            auto const head = head_.load(std::memory_order_acquire);
            if (static_cast<std::int64_t>(tail - head) >= static_cast<std::int64_t>(capacity_))
                return false;
        } while (!tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_release,
                                              std::memory_order_relaxed));
        auto& to = places_[tail & mask_];
        to.entry = entry;
        to.filled.store(tail + 1, std::memory_order_release);
        return true;
    }

    /// Takes the oldest entry. The strand only.
    /// @return whether there was one. One whose `push` has not returned may not be there yet.
    [[nodiscard]] bool pop(intake_entry& entry)
    {
        if (empty()) return false;
        auto const head = head_.load(std::memory_order_relaxed);
        entry = places_[head & mask_].entry;
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

    /// Whether `pop` would find nothing. The strand only.
    [[nodiscard]] bool empty() const noexcept
    {
        auto const head = head_.load(std::memory_order_relaxed);
        return places_[head & mask_].filled.load(std::memory_order_acquire) != head + 1;
    }

    /// Places taken. Any thread.
    [[nodiscard]] std::size_t size() const noexcept
    {
        auto const tail = tail_.load(std::memory_order_acquire);
        auto const head = head_.load(std::memory_order_acquire);
        return head < tail ? static_cast<std::size_t>(tail - head) : 0;
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    struct place {
        std::atomic<std::uint64_t> filled{0};   // 1 + the position of the entry in here
        intake_entry entry;
    };
    static constexpr std::size_t cache_line = 64;

    std::size_t const capacity_;
    std::uint64_t const mask_;
    std::unique_ptr<place[]> const places_;
    alignas(cache_line) std::atomic<std::uint64_t> tail_{0};   // the producers'
    alignas(cache_line) std::atomic<std::uint64_t> head_{0};   // the consumer's
};

}   // namespace thump::detail
