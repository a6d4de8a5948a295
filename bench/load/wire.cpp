#include "wire.hpp"

#include <array>
#include <initializer_list>

#include <unistd.h>

namespace load {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        out += static_cast<char>(value >> (8 * bytes) & 0xff);
}

std::uint64_t read_big_endian(std::span<char const> bytes)
{
    std::uint64_t value = 0;
    for (char const byte : bytes)
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

// ---------------------------------------------------------------- MQTT

void append_mqtt_length(std::string& out, std::size_t length)
{
    for (; length > 127; length >>= 7)
        out += static_cast<char>((length & 127) | 128);
    out += static_cast<char>(length);
}

void append_mqtt_string(std::string& out, std::string_view text)
{
    append_big_endian(out, text.size(), 2);
    out += text;
}

void append_mqtt_packet(std::string& out, unsigned char type, std::string_view body)
{
    out += static_cast<char>(type);
    append_mqtt_length(out, body.size());
    out += body;
}

std::string mqtt_greeting(options const& o, bool publisher, unsigned index)
{
    std::string body;
    append_mqtt_string(body, "MQTT");
    body.append("\x04\x02\x0e\x10", 4);   // level 4, clean session, keep-alive of an hour
    append_mqtt_string(body, (publisher ? "p" : "s") + std::to_string(index) + "x" +
                                 std::to_string(getpid()));
    std::string packets;
    append_mqtt_packet(packets, 0x10, body);
    if (publisher) return packets;
    body.assign("\0\1", 2);   // packet id
    append_mqtt_string(body, o.topic);
    body += '\0';   // at most once
    append_mqtt_packet(packets, 0x82, body);
    return packets;
}

// ---------------------------------------------------------------- Redis

void append_resp(std::string& out, std::initializer_list<std::string_view> words)
{
    out += '*' + std::to_string(words.size()) + "\r\n";
    for (auto const word : words)
        out.append("$" + std::to_string(word.size()) + "\r\n").append(word).append("\r\n");
}

}   // namespace

void append_frame(std::string& out, opcode op, std::string_view payload)
{
    static constexpr std::array<char, 4> key{'\x37', '\x7a', '\x21', '\x3d'};
    constexpr char masked = '\x80';
    out += static_cast<char>(0x80 | static_cast<unsigned>(op));
    if (payload.size() < 126) {
        out += static_cast<char>(masked | static_cast<char>(payload.size()));
    } else if (payload.size() < 65'536) {
        out += static_cast<char>(masked | 126);
        append_big_endian(out, payload.size(), 2);
    } else {
        out += static_cast<char>(masked | 127);
        append_big_endian(out, payload.size(), 8);
    }
    out.append(key.data(), key.size());
    auto const start = out.size();
    out += payload;
    for (auto i = start; i < out.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ key[(i - start) % key.size()]);
}

frame read_frame(std::span<char const> bytes)
{
    if (bytes.size() < 2) return {};
    std::size_t header = 2;
    std::uint64_t length = bytes[1] & 127;
    if (length >= 126) {
        auto const size = length == 126 ? std::size_t{2} : std::size_t{8};
        if (bytes.size() < header + size) return {};
        length = read_big_endian(bytes.subspan(header, size));
        header += size;
    }
    if (bytes.size() - header < length) return {};
    auto const op = static_cast<opcode>(bytes[0] & 15);
    return {op,
            {bytes.data() + header, static_cast<std::size_t>(length)},
            (bytes[0] & 0x40) != 0,
            header + static_cast<std::size_t>(length)};
}

std::string greeting(options const& o, bool publisher, unsigned index)
{
    std::string text;
    switch (o.speak) {
    case dialect::plain:
        break;
    case dialect::nats:
        text = "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\",\"version\":\"1\","
               "\"protocol\":1}\r\n";
        if (!publisher) text += "SUB " + o.topic + " 1\r\n";
        break;
    case dialect::mqtt:
        text = mqtt_greeting(o, publisher, index);
        break;
    case dialect::resp:
        if (!publisher) append_resp(text, {"SUBSCRIBE", o.topic});
        break;
    }
    return text;
}

void append_publish(std::string& out, options const& o, std::string_view event)
{
    switch (o.speak) {
    case dialect::plain:
        out += event;
        return;
    case dialect::nats:
        out.append("PUB " + o.topic + ' ' + std::to_string(event.size()) + "\r\n");
        out.append(event).append("\r\n");
        return;
    case dialect::mqtt:
        out += '\x30';
        append_mqtt_length(out, 2 + o.topic.size() + event.size());
        append_mqtt_string(out, o.topic);
        out += event;
        return;
    case dialect::resp:
        return append_resp(out, {"PUBLISH", o.topic, event});
    }
}

}   // namespace load
