// The bounded queue between publishers on any thread and the broker's strand.
#pragma once

#include <core/prefetch.hpp>

#include <thump/event_ptr.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace thump::detail {

struct pending_receipt;

/// An event on its way to the strand, and who wants to know what becomes of it (nobody: null).
struct intake_entry {
    published_event* what = nullptr;   // owns one reference
    pending_receipt* receipt = nullptr;
    std::chrono::system_clock::time_point since = {};   // when it was published
};

/// Places next to each other in the intake that a publisher has taken and must fill.
struct intake_places {
    std::uint64_t first = 0;
    std::size_t count = 0;   // 0: there was no room, or the intake was closed
    bool closed = false;
};

/// A bounded lock-free queue with many producers and one consumer: a ring after Vyukov, without his
/// second atomic for each consumer.
///
/// A producer takes places by moving `tail_` on, fills them, and marks each with its position; the
/// consumer waits for that mark. Places are free again once `head_` has passed them, and nobody
/// takes one before: so the bound holds exactly, whatever the size of the ring. Producers look at
/// `head_`, whose cache line is the consumer's, only when the ring seems full by what they saw
/// last.
class intake {
public:
    /// @param capacity Entries, at least 1.
    explicit intake(std::size_t capacity)
        : capacity_{capacity}
        , mask_{std::bit_ceil(capacity) - 1}
        , places_{std::make_unique<place[]>(mask_ + 1)}
    {
    }

    /// Takes as many places as there is room for. Any thread. Requires: `wanted` is at least 1, and
    /// every place is filled at once.
    [[nodiscard]] intake_places claim(std::size_t wanted)
    {
        auto tail = tail_.load(std::memory_order_relaxed);
        std::size_t count = 0;
        do {
            if (tail & closed_bit) return {.closed = true};
            count = room(tail, wanted);
            if (count == 0) return {};
        } while (!tail_.compare_exchange_weak(tail, tail + count, std::memory_order_seq_cst,
                                              std::memory_order_relaxed));
        return {.first = tail, .count = count};
    }

    /// Fills a place that was claimed.
    void fill(std::uint64_t position, intake_entry entry) noexcept
    {
        core::prefetch_line(&places_[(position + fetched_ahead) & mask_]);
        auto& to = places_[position & mask_];
        to.entry = entry;
        to.filled.store(position + 1, std::memory_order_release);
    }

    /// Nothing is taken any more. What was taken before can still be popped. Any thread.
    void close() noexcept { tail_.fetch_or(closed_bit, std::memory_order_acq_rel); }

    /// Takes the oldest entry. The strand only.
    /// @return whether there was one. One that is being filled may not be there yet.
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

    /// Places taken, be they filled yet or not: reads the tail that `claim` moves, both
    /// sequentially consistent. Any thread.
    [[nodiscard]] std::size_t size() const noexcept
    {
        auto const tail = tail_.load(std::memory_order_seq_cst) & ~closed_bit;
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
    static constexpr std::uint64_t fetched_ahead = 8;   // places: the consumer read them last
    static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;   // in `tail_`

    // How many of the places that are wanted are free. What was seen of `head_` is never more than
    // the truth. Behind a stale `tail` there may seem to be more room than there is; then the
    // exchange fails.
    [[nodiscard]] std::size_t room(std::uint64_t tail, std::size_t wanted) noexcept
    {
        auto const free_behind = [&](std::uint64_t head) {
            auto const used = static_cast<std::int64_t>(tail - head);
            auto const free = static_cast<std::int64_t>(capacity_) - used;
            return std::min(static_cast<std::size_t>(std::max(free, std::int64_t{0})), wanted);
        };
        auto const seen = free_behind(seen_head_.load(std::memory_order_acquire));
        if (seen == wanted) return seen;
        auto const head = head_.load(std::memory_order_acquire);
        seen_head_.store(head, std::memory_order_release);
        return free_behind(head);
    }

    std::size_t const capacity_;
    std::uint64_t const mask_;
    std::unique_ptr<place[]> const places_;
    alignas(cache_line) std::atomic<std::uint64_t> tail_{0};   // the producers'
    std::atomic<std::uint64_t> seen_head_{0};                  // theirs too: `head_`, as last seen
    alignas(cache_line) std::atomic<std::uint64_t> head_{0};   // the consumer's
};

}   // namespace thump::detail
