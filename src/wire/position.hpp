// Places in the stream of events, as text.
#pragma once

#include <thump/position.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace thump::wire {

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
