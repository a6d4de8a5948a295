// Naming what a peer sent, in errors for that peer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace thump::wire {

/// Appends a member's name to a JSON pointer (RFC 6901), as in `/metadata/task~1id`. A name of more
/// than 255 bytes is left out, so that the pointer leads to what holds it.
void append_pointer(std::string& pointer, std::string_view name);

/// `text` in quotes for a sentence, cut after 64 bytes. What is not printable ASCII or UTF-8 is
/// replaced.
[[nodiscard]] std::string quoted(std::string_view text);

}   // namespace thump::wire
