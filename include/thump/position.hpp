// Places in the stream of events, as subscribers name them.
#pragma once

#include <thump/detail/api.hpp>
#include <thump/time_point.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace thump {

/// The event of this sequence number, in whatever epoch the broker is.
struct at_sequence {
    std::uint64_t seq = 0;   ///< the number

    friend bool operator==(at_sequence const&, at_sequence const&) = default;
};

/// The event of this sequence number in one life of a broker: `EPOCH:SEQ`.
struct cursor {
    std::string epoch;       ///< the broker's life
    std::uint64_t seq = 0;   ///< the number in it

    friend bool operator==(cursor const&, cursor const&) = default;
};

/// So long before the present.
struct time_back {
    std::chrono::seconds span{};   ///< how long ago

    friend bool operator==(time_back const&, time_back const&) = default;
};

/// The oldest event that there is.
struct earliest {
    friend bool operator==(earliest const&, earliest const&) = default;
};

/// So many events before the newest.
struct last_events {
    std::uint64_t count = 0;   ///< how many

    friend bool operator==(last_events const&, last_events const&) = default;
};

/// A place in the stream. As a beginning, a sequence number or cursor stands for what comes after
/// it, a time for what was published at it or later; as an end, each is included.
using position = std::variant<at_sequence, cursor, time_point, time_back, earliest, last_events>;

/// A cursor as it is written everywhere, and kept: `EPOCH:SEQ`.
[[nodiscard]] THUMP_API std::string to_string(cursor const& c);

/// Reads what `to_string` writes; nothing where it is no cursor.
[[nodiscard]] THUMP_API std::optional<cursor> parse_cursor(std::string_view text);

/// Reads a position as `since` and `until` take it on the wire: a sequence number, a cursor, an
/// RFC 3339 time, a time back such as `10m`, `earliest` or `last:N`; nothing where it is none.
[[nodiscard]] THUMP_API std::optional<position> parse_position(std::string_view text);

}   // namespace thump
