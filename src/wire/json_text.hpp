// Writing JSON text (RFC 8259).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::wire {

/// Appends `s` as a JSON string, quotes included. Quotes, backslashes and control characters are
/// escaped, everything else is copied, so the text never holds a line end.
/// Requires: `s` is UTF-8.
void append_json_string(std::string& out, std::string_view s);

/// Bytes that `append_json_string` would append.
[[nodiscard]] std::size_t json_string_bytes(std::string_view s) noexcept;

/// Appends `s` as a JSON string as `append_json_string` does, with U+FFFD in the place of bytes
/// that are not UTF-8.
void append_json_string_lossy(std::string& out, std::string_view s);

/// Appends a number in decimal.
void append_decimal(std::string& out, std::uint64_t value);

/// Appends JSON text with its line ends (whitespace, where the text is valid) made spaces.
void append_in_one_line(std::string& out, std::string_view json);

}   // namespace thump::wire
