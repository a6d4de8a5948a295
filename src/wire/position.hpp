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

/// Whether `p`, if there is one, lies within the times that can be told: an RFC 3339 time, or up to
/// 999,999,999 days back.
[[nodiscard]] bool is_in_range(std::optional<position> const& p) noexcept;

/// Appends a position so that `parse_position` reads the same. Requires: `is_in_range(p)`.
void append_position(std::string& out, position const& p);

}   // namespace thump::wire
