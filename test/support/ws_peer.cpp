#include <support/ws_peer.hpp>

#include <wire/deflate.hpp>

#include <boost/json/parse.hpp>

#include <stdexcept>
#include <utility>

namespace thump::test {
namespace {

void demand(bool holds, char const* what)
{
    if (!holds) throw std::runtime_error{std::string{"not a server's frame: "} + what};
}

void expand(server_frame& frame)
{
    frame.raw = std::exchange(frame.payload, {});
    demand(wire::inflater{}.append(frame.payload, frame.raw, std::size_t{1} << 24) ==
               wire::inflate_result::whole,
           "compressed otherwise than agreed on");
}

}   // namespace

int server_frame::close_code() const noexcept
{
    if (payload.size() < 2) return 1005;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

boost::json::object server_frame::json() const
{
    if (!is_text()) throw std::runtime_error{"expected text, got opcode " + std::to_string(opcode)};
    return boost::json::parse(payload).as_object();
}

std::optional<server_frame> take_frame(std::string& bytes, bool deflate)
{
    if (bytes.size() < 2) return std::nullopt;
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    auto const op = static_cast<std::uint8_t>(at(0) & 0x0f);
    bool const compressed = deflate && op < 0x8 && (at(0) & 0x40) != 0;
    demand((at(0) & 0xf0) == (compressed ? 0xc0 : 0x80), "not final, or a reserved bit is set");
    demand(op == 0x1 || op == 0x2 || (op >= 0x8 && op <= 0xa), "an opcode that cannot stand here");
    demand((at(1) & 0x80) == 0, "masked");
    std::size_t size = at(1) & 0x7f;
    demand(op < 0x8 || size <= 125, "a long control frame");
    std::size_t const length_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes.size() < 2 + length_bytes) return std::nullopt;
    if (length_bytes > 0) size = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
        size = size << 8 | at(2 + i);
    demand(length_bytes != 2 || size >= 126, "a length that is not the shortest");
    demand(length_bytes != 8 || size > 0xffff, "a length that is not the shortest");
    if (bytes.size() < 2 + length_bytes + size) return std::nullopt;
    server_frame frame{op, bytes.substr(2 + length_bytes, size)};
    if (compressed) expand(frame);
    bytes.erase(0, 2 + length_bytes + size);
    return frame;
}

std::string upgrade_request(std::string_view query, std::string_view fields)
{
    return get_request("/v1/events" + std::string{query},
                       "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Sec-WebSocket-Version: 13\r\n" +
                           std::string{fields});
}

ws_peer::ws_peer(peer&& connected, std::string_view query, std::string_view fields)
    : peer{std::move(connected)}
{
    send(upgrade_request(query, fields));
    auto const reply = read_head(*this);
    if (reply.status != 101 ||
        reply.field("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        throw std::runtime_error{"no upgrade: " + reply.head};
    extensions = reply.field("Sec-WebSocket-Extensions");
    welcome = next_json();
    if (welcome.at("op") != "welcome") throw std::runtime_error{"no welcome"};
    id = welcome.at("subscriber").to_number<std::uint64_t>();
}

server_frame ws_peer::next()
{
    while (true) {
        if (auto frame = take()) return std::move(*frame);
        if (!receive_more()) throw std::runtime_error{"the WebSocket ended inside a frame"};
    }
}

}   // namespace thump::test
