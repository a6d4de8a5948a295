// Durations as they stand in a configuration.
//
//   duration = 1*DIGIT unit
//   unit     = "ms" / "s" / "m" / "h"
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace thump::app {

/// Reads a duration such as `250ms`, `10s`, `5m`, `1h`.
/// @return nothing where `text` breaks the grammar or does not fit.
[[nodiscard]] std::optional<std::chrono::milliseconds>
parse_duration(std::string_view text) noexcept;

/// Writes a duration in the largest unit that gives a whole number: `90s`, not `90000ms`.
/// @param d Not negative.
[[nodiscard]] std::string to_text(std::chrono::milliseconds d);

}   // namespace thump::app
