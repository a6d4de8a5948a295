// Text from others, made safe for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace thump::cli {

/// Appends `text` with whatever could act on a terminal, or hide what it shows, written out: C0 and
/// C1 control characters, DEL, line and paragraph separators and the controls of bidirectional text
/// as `\n`, `\t`, `\r`, `\x1b` or `\u202e`; bytes that are not UTF-8 as `\xff`.
void append_printable(std::string& out, std::string_view text);

/// Appends JSON, which stays what it is, with such characters as `\u009b`: they can only stand in
/// its strings. What separates its tokens becomes a space.
void append_printable_json(std::string& out, std::string_view json);

/// As `append_printable`, by itself.
[[nodiscard]] std::string printable(std::string_view text);

}   // namespace thump::cli
