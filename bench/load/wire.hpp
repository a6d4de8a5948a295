// What fanload writes and reads on its connections: WebSocket, NATS, MQTT and Redis, as far as a
// publisher and a subscriber need them.
//
//     frame   = %x81-8A length [ 4OCTET ] payload           (RFC 6455, section 5.2; clients mask)
//     NATS    = "PUB " topic " " size CRLF payload CRLF
//     MQTT    = packet-type remaining-length body           (MQTT 3.1.1, section 2.2)
//     RESP    = "*" count CRLF *( "$" size CRLF text CRLF )
#pragma once

#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace load {

enum class opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Appends a masked frame.
void append_frame(std::string& out, opcode op, std::string_view payload);

/// A frame at the front of some bytes.
struct frame {
    opcode op = opcode::text;
    std::string_view payload;
    bool compressed = false;
    std::size_t size = 0;   ///< with its header; 0: it is not all there
};
[[nodiscard]] frame read_frame(std::span<char const> bytes);

/// What a client says when its connection is open, one message each.
[[nodiscard]] std::string greeting(options const& o, bool publisher, unsigned index);

/// Appends the event as the dialect publishes it.
void append_publish(std::string& out, options const& o, std::string_view event);

}   // namespace load
