// The WebSocket extension permessage-deflate (RFC 7692): agreeing on it, and writing with it.
#pragma once

#include <wire/ws_frame.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace thump::wire {

/// Messages smaller than this are not worth compressing, in bytes.
inline constexpr std::size_t min_deflate_bytes = 64;

/// Answers a client that offers permessage-deflate.
///
/// Accepted is the first offer that keeps the rules of section 7.1 and lets us compress each
/// message on its own with the full window, so that one compressed message does for every client.
/// No context is kept between messages in either direction.
///
/// @param offers The value of Sec-WebSocket-Extensions; of several fields, joined by commas.
/// @return the value to answer with, or nothing where no offer is accepted. Other extensions are
/// passed over; a value that breaks the grammar offers nothing.
[[nodiscard]] std::optional<std::string> accept_deflate(std::string_view offers);

/// Appends a whole, unmasked message: compressed where that makes it smaller.
/// @throw std::bad_alloc
void append_ws_deflated(std::string& out, opcode op, std::string_view message);

}   // namespace thump::wire
