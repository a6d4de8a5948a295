// The ledger: where every matched event went.
#pragma once

#include <cstdint>

namespace thump {

/// Counts of a subscription, or of many added up. At every instant
/// `matched == delivered + queued + dropped + conflated + expired`.
struct ledger {
    std::uint64_t matched = 0;     ///< passed the filter
    std::uint64_t delivered = 0;   ///< handed to the receiver (network: accepted by the kernel)
    std::uint64_t queued = 0;      ///< waiting in the bounded queue, or to be read from history
    std::uint64_t dropped = 0;   ///< lost to overflow, or still queued when the subscription ended
    std::uint64_t conflated = 0;   ///< replaced by a newer event of the same key
    std::uint64_t expired = 0;     ///< left history for their age before they were read

    /// Whether the counts add up.
    [[nodiscard]] constexpr bool balanced() const noexcept
    {
        return matched == delivered + queued + dropped + conflated + expired;
    }
    /// Adds the counts of another.
    constexpr ledger& operator+=(ledger const& other) noexcept
    {
        matched += other.matched;
        delivered += other.delivered;
        queued += other.queued;
        dropped += other.dropped;
        conflated += other.conflated;
        expired += other.expired;
        return *this;
    }

    friend bool operator==(ledger const&, ledger const&) = default;
};

}   // namespace thump
