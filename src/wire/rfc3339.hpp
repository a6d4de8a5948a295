// RFC 3339 date-times, written; `parse_time_point` reads them.
#pragma once

#include <thump/time_point.hpp>

#include <string>

namespace thump::wire {

/// Whether RFC 3339 can write `t`: a year from 0000 to 9999, and nanoseconds within their second.
[[nodiscard]] bool has_four_digit_year(time_point t) noexcept;

/// Writes `t` in UTC with `Z`, with as many digits of fraction as it needs, none to nine.
/// Requires: `has_four_digit_year(t)`.
void append_rfc3339(std::string& out, time_point t);

}   // namespace thump::wire
