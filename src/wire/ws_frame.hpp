// WebSocket frames, as a server writes them (RFC 6455, section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::wire {

enum class opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

/// Close codes that the protocol itself has a use for (RFC 6455, section 7.4.1).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t none = 1005;   ///< stands for a close frame without a code
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t message_too_big = 1009;
}   // namespace close_code

/// The most payload that a control frame can have, in bytes.
inline constexpr std::size_t max_control_payload = 125;

/// Whether a close frame may carry `code`.
[[nodiscard]] bool is_valid_close_code(std::uint16_t code) noexcept;

/// Appends the header of a whole, unmasked message.
/// @param payload Size of what follows, in bytes.
/// @param compressed Whether that is the message compressed (RFC 7692, section 6.1).
/// @return size of the header, 2 to 10 bytes.
std::size_t append_ws_header(std::string& out, opcode op, std::size_t payload,
                             bool compressed = false);

/// Appends a ping or pong frame. Requires: at most `max_control_payload` bytes of payload.
void append_ws_control(std::string& out, opcode op, std::string_view payload);

/// Appends a close frame.
/// @param code `close_code::none` for a frame without one, and without a reason.
/// @param reason UTF-8; what does not fit into a control frame is cut off.
void append_ws_close(std::string& out, std::uint16_t code, std::string_view reason);

}   // namespace thump::wire
