// A WebSocket client that takes nothing on trust.
#pragma once

#include <support/loopback.hpp>
#include <support/peer.hpp>
#include <support/ws_client_frames.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thump::test {

/// A frame as a server sends it.
struct server_frame {
    std::uint8_t opcode = 0;
    std::string payload = {};   ///< expanded where it came compressed
    std::string raw = {};       ///< the payload as it came, where it was compressed

    [[nodiscard]] bool is_text() const noexcept { return opcode == 0x1; }
    [[nodiscard]] bool is_close() const noexcept { return opcode == 0x8; }
    [[nodiscard]] bool is_ping() const noexcept { return opcode == 0x9; }
    [[nodiscard]] bool is_pong() const noexcept { return opcode == 0xa; }
    /// Of a close frame; 1005 where it has none.
    [[nodiscard]] int close_code() const noexcept;
    /// Of a text frame.
    [[nodiscard]] boost::json::object json() const;
};

/// Takes a whole frame off the front of `bytes`; nothing: more are needed.
/// @param deflate Whether it may be compressed, each message on its own.
/// @throw std::runtime_error The bytes are no frame that a server may send.
[[nodiscard]] std::optional<server_frame> take_frame(std::string& bytes, bool deflate = false);

/// The request that opens a WebSocket.
/// @param fields Field lines to add, each with its line end.
[[nodiscard]] std::string upgrade_request(std::string_view query = {},
                                          std::string_view fields = {});

/// The field by which browsers offer compression.
inline constexpr std::string_view deflate_offer =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// A peer past the handshake.
class ws_peer : public peer {
public:
    /// @param query As in `?types=a.*`.
    explicit ws_peer(loopback& at, std::string_view query = {}, socket_buffers buffers = {})
        : ws_peer{at.connect(buffers), query}
    {
    }
    /// @param fields As those of `upgrade_request`.
    ws_peer(peer&& connected, std::string_view query, std::string_view fields = {});

    /// The next frame.
    server_frame next();
    /// The next frame if it is there, without waiting.
    std::optional<server_frame> take() { return take_frame(unread(), !extensions.empty()); }
    /// The next frame, which must be text, as JSON.
    boost::json::object next_json() { return next().json(); }

    void send_text(std::string_view text) { send(client_frame(text)); }
    void send_ping(std::string_view payload = {}) { send(client_frame(payload, {.opcode = 0x9})); }
    void send_pong(std::string_view payload = {}) { send(client_frame(payload, {.opcode = 0xa})); }
    void send_close(std::uint16_t code = 1000) { send(client_close(code)); }

    std::string extensions;   ///< that the server granted
    boost::json::object welcome;
    std::uint64_t id = 0;   ///< of the subscriber
};

}   // namespace thump::test
