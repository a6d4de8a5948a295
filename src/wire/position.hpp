// Places in the stream of events, as subscribers name them.
#pragma once

#include <thump/time_point.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace thump::wire {

/// The event of this sequence number, in whatever epoch the broker is.
struct at_sequence {
    std::uint64_t seq = 0;

    friend bool operator==(at_sequence const&, at_sequence const&) = default;
};

/// The event of this sequence number in one life of a broker: `EPOCH:SEQ`.
struct cursor {
    std::string epoch;
    std::uint64_t seq = 0;

    friend bool operator==(cursor const&, cursor const&) = default;
};

/// So long before the present.
struct time_back {
    std::chrono::seconds span{};

    friend bool operator==(time_back const&, time_back const&) = default;
};

/// The oldest event that there is.
struct earliest {
    friend bool operator==(earliest const&, earliest const&) = default;
};

/// So many events before the newest.
struct last_events {
    std::uint64_t count = 0;

    friend bool operator==(last_events const&, last_events const&) = default;
};

using position = std::variant<at_sequence, cursor, time_point, time_back, earliest, last_events>;

/// What a position may be, for sentences that refuse one.
inline constexpr std::string_view position_forms =
    "a sequence number, a cursor 'EPOCH:SEQ', an RFC 3339 time, a time back such as '10m', "
    "'earliest' or 'last:N'";

/// Reads a position in any of its forms.
[[nodiscard]] std::optional<position> parse_position(std::string_view text);

/// Reads a cursor.
[[nodiscard]] std::optional<cursor> parse_cursor(std::string_view text);

/// Appends a position so that `parse_position` reads the same.
void append_position(std::string& out, position const& p);

}   // namespace thump::wire
