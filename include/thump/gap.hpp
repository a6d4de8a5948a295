// The gap record: how a subscriber learns what it lost.
#pragma once

#include <thump/detail/api.hpp>

#include <cstdint>
#include <string_view>

namespace thump {

/// Why events were lost.
enum class gap_reason : std::uint8_t {
    conflated,            ///< replaced by a newer event of the same key (policy `latest`)
    subscription_ended,   ///< queued when the connection's subscription was replaced or ended
    expired,              ///< history let go of them for their age before the subscription read
                          ///< them
    queue_full,           ///< the subscriber's bounded queue had no room
    history_overrun,      ///< history let go of them for want of room before the subscription
                          ///< read them
    cursor_expired,       ///< the cursor to resume from is of another epoch, or older than history
};

/// The reason as it is written on the wire, as in `queue_full`.
[[nodiscard]] THUMP_API std::string_view to_string(gap_reason reason) noexcept;

/// Tells a subscriber what it lost, before the next event that it receives.
///
/// Losses that follow one another without an event in between are told by one gap. The range covers
/// the first and the last lost event; events inside it that the subscription's filter does not
/// match are not counted. Under the policy `latest` events inside it may be queued behind the gap.
struct gap {
    std::uint64_t from = 0;   ///< sequence number of the first lost event
    std::uint64_t to = 0;     ///< sequence number of the last lost event
    /// Count of matching events lost. For `cursor_expired`: of all events in the range, since
    /// nobody knows any more which of them matched; 0 where the cursor is of another epoch.
    std::uint64_t dropped = 0;
    std::uint64_t bytes = 0;                      ///< size of the lost events
    gap_reason reason = gap_reason::queue_full;   ///< why
    bool recoverable = false;                     ///< history still has all of them

    /// For `cursor_expired`: sequence number of the oldest event that history has; 0: none.
    std::uint64_t oldest = 0;

    friend bool operator==(gap const&, gap const&) = default;
};

}   // namespace thump
