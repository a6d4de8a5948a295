// Keys of the WebSocket handshake (RFC 6455, section 4.2).
#pragma once

#include <string>
#include <string_view>

namespace thump::wire {

/// Whether `Sec-WebSocket-Key` is 16 bytes in base64.
[[nodiscard]] bool is_valid_ws_key(std::string_view key) noexcept;

/// The `Sec-WebSocket-Accept` that answers a key: base64 of the SHA-1 of the key and a constant.
[[nodiscard]] std::string ws_accept_key(std::string_view key);

}   // namespace thump::wire
