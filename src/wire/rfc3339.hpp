// RFC 3339 date-times.
#pragma once

#include <thump/time_point.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace thump::wire {

/// Reads an RFC 3339 date-time with any offset; digits of the fraction past the ninth are cut off.
/// A leap second (23:59:60 in UTC) is read as the second that follows it.
/// @return the instant, or nothing where `text` is no such date-time, or its year in UTC is not
/// one of 0000 to 9999.
[[nodiscard]] std::optional<time_point> parse_rfc3339(std::string_view text) noexcept;

/// Whether RFC 3339 can write `t`: a year from 0000 to 9999, and nanoseconds within their second.
[[nodiscard]] bool has_four_digit_year(time_point t) noexcept;

/// Writes `t` in UTC with `Z`, with as many digits of fraction as it needs, none to nine.
/// Requires: `has_four_digit_year(t)`.
void append_rfc3339(std::string& out, time_point t);

}   // namespace thump::wire
