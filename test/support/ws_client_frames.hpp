// WebSocket frames as a client sends them, good ones and others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::test {

/// How a frame is written. The defaults are those of a whole text message.
struct client_frame_options {
    std::uint8_t opcode = 0x1;
    bool fin = true;
    std::uint8_t reserved = 0;   ///< the three reserved bits, 0 to 7
    bool masked = true;
    std::array<unsigned char, 4> key{0x37, 0xfa, 0x21, 0x3d};
    /// Length to announce in place of the payload's.
    std::uint64_t announce = UINT64_MAX;
    /// Bytes of length that follow the second byte: 0, 2 or 8; -1: the fewest that do.
    int length_bytes = -1;
};

/// A frame.
inline std::string client_frame(std::string_view payload, client_frame_options const& how = {})
{
    auto const length = how.announce == UINT64_MAX ? payload.size() : how.announce;
    int const shortest = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
    int const length_bytes = how.length_bytes < 0 ? shortest : how.length_bytes;
    auto const byte = [](auto value) { return static_cast<char>(value & 0xff); };

    std::string frame;
    frame += byte((how.fin ? 0x80 : 0) | how.reserved << 4 | how.opcode);
    frame += byte((how.masked ? 0x80u : 0u) | (length_bytes == 0   ? static_cast<unsigned>(length)
                                               : length_bytes == 2 ? 126u
                                                                   : 127u));
    for (int i = length_bytes; i-- > 0;)
        frame += byte(length >> (8 * i));
    if (!how.masked) return frame.append(payload);
    frame.append(how.key.begin(), how.key.end());
    for (std::size_t i = 0; i != payload.size(); ++i)
        frame += byte(static_cast<unsigned char>(payload[i]) ^ how.key[i % 4]);
    return frame;
}

/// A frame that closes.
inline std::string client_close(std::uint16_t code, std::string_view reason = {})
{
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return client_frame(payload.append(reason), {.opcode = 0x8});
}

}   // namespace thump::test
