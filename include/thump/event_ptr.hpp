// Shared, immutable events: what the broker hands to every subscriber.
#pragma once

#include <thump/detail/api.hpp>
#include <thump/detail/frame_list.hpp>
#include <thump/event.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace thump {

namespace detail {

class event_depot;

/// What became of one event at the subscriptions of this process.
struct delivery_counts {
    std::uint64_t matched = 0;
    std::uint64_t queued = 0;   ///< queued or handed over
    std::uint64_t dropped = 0;
};

}   // namespace detail

/// An accepted event, shared by everyone who received it or has yet to receive it.
/// Thread safety: immutable once published; the reference count is atomic.
/// Aligned, since it passes from core to core by the cache line.
class alignas(64) published_event : public event {
public:
    explicit published_event(event&& e) noexcept : event(std::move(e)) {}   ///< unshared
    published_event(published_event const&) = delete;
    published_event& operator=(published_event const&) = delete;

    /// Roughly what the event costs in memory: the bytes of its strings. Bounded queues count
    /// these.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }

    friend void intrusive_ptr_add_ref(published_event const* e) noexcept
    {
        e->references_.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(published_event const* e) noexcept
    {
        // Who holds the only reference need not take it off for others to see.
        if (e->references_.load(std::memory_order_acquire) == 1 ||
            e->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            recycle(const_cast<published_event*>(e));
    }

    // For the broker only: references for many at once, who each take one over.
    void add_references(std::uint32_t count) const noexcept
    {
        references_.fetch_add(count, std::memory_order_relaxed);
    }

    // The same without an atomic step. Requires: no other thread refers to the event yet.
    void add_references_unshared(std::uint32_t count) const noexcept
    {
        references_.store(references_.load(std::memory_order_relaxed) + count,
                          std::memory_order_relaxed);
    }

    // For the broker only. Requires: nobody else refers to the event.
    void measure() noexcept
    {
        size_bytes_ = type.size() + id.size() + message.size() + source.size() + data.size();
        for (auto const& [key, value] : metadata)
            size_bytes_ += key.size() + value.size();
    }

    // For the broker only, where it has made the id after `measure`.
    void measure_id() noexcept { size_bytes_ += id.size(); }

    // Requires: the broker's strand.
    mutable detail::delivery_counts* counts = nullptr;   // null: nobody asked; set for one turn
    mutable detail::frame_list frames;
    std::uint32_t matching_filters = 0;

private:
    friend class detail::event_depot;

    // Takes back an event that nobody refers to any more.
    THUMP_API static void recycle(published_event* e) noexcept;
    ~published_event() = default;

    mutable std::atomic<std::uint32_t> references_{0};
    std::size_t size_bytes_ = 0;
    std::size_t room_ = 0;   // bytes that the strings had room for when it was made
};

/// A shared event. Copying it copies a pointer.
using event_ptr = boost::intrusive_ptr<published_event const>;

}   // namespace thump
