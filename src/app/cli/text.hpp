// Figures, times and tables as text for people.
#pragma once

#include <thump/time_point.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thump::cli {

/// A count with its thousands apart, as in `12,345`.
[[nodiscard]] std::string grouped(std::uint64_t count);

/// A count and its noun, as in `1 event`, `2,000 events`.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

/// A duration in three digits or so, as in `87 us`, `1.2 ms`, `3.4 s`.
[[nodiscard]] std::string brief(std::chrono::nanoseconds d);

/// Events per second, as in `12,345/s`.
[[nodiscard]] std::string rate(std::uint64_t count, std::chrono::nanoseconds during);

/// RFC 3339 in UTC, cut to the millisecond: always 24 characters.
[[nodiscard]] std::string milliseconds_text(time_point t);

/// How a column of a table stands.
enum class alignment : bool { left, right };

/// Rows of cells as lines of columns, two spaces between them, no space at the ends of lines.
/// @param align One for each column; every row has as many cells.
/// @return the lines, without line ends.
[[nodiscard]] std::vector<std::string> align_rows(std::span<std::vector<std::string> const> rows,
                                                  std::span<alignment const> align);

/// Columns that a text takes on a terminal, every character being one wide.
[[nodiscard]] std::size_t width_of(std::string_view text) noexcept;

/// The longest beginning of a text that takes at most `columns`.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t columns) noexcept;

}   // namespace thump::cli
