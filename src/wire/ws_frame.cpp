// Grammar (RFC 6455, section 5.2; of frames that a server sends, which are not masked):
//
//     frame  = first length payload
//     first  = ( %x80 / %xc0 ) + opcode                  ; one byte: FIN, and RSV1: compressed
//     length = %d0-125 / %d126 2OCTET / %d127 8OCTET      ; network order, the shortest that does
//     close  = [ 2OCTET *( UTF-8 ) ]                      ; payload of a close frame
#include <wire/ws_frame.hpp>

#include <wire/utf8.hpp>

#include <boost/assert.hpp>

namespace thump::wire {
namespace {

constexpr std::uint8_t fin = 0x80;
constexpr std::uint8_t rsv1 = 0x40;
constexpr char two_byte_length = 126;
constexpr char eight_byte_length = 127;

void append_big_endian(std::string& out, std::uint64_t value, int bytes)
{
    while (bytes-- > 0)
        out += static_cast<char>(value >> (8 * bytes) & 0xff);
}

}   // namespace

bool is_valid_close_code(std::uint16_t code) noexcept
{
    bool const of_protocol = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    return of_protocol || (code >= 3000 && code <= 4999);
}

std::size_t append_ws_header(std::string& out, opcode op, std::size_t payload, bool compressed)
{
    auto const before = out.size();
    out += static_cast<char>(fin | (compressed ? rsv1 : 0) | static_cast<std::uint8_t>(op));
    if (payload < static_cast<std::size_t>(two_byte_length)) {
        out += static_cast<char>(payload);
    } else if (payload <= 0xffff) {
        out += two_byte_length;
        append_big_endian(out, payload, 2);
    } else {
        out += eight_byte_length;
        append_big_endian(out, payload, 8);
    }
    return out.size() - before;
}

void append_ws_control(std::string& out, opcode op, std::string_view payload)
{
    BOOST_ASSERT(payload.size() <= max_control_payload);
    append_ws_header(out, op, payload.size());
    out += payload;
}

void append_ws_close(std::string& out, std::uint16_t code, std::string_view reason)
{
    if (code == close_code::none) {
        append_ws_header(out, opcode::close, 0);
        return;
    }
    auto const fitting = utf8_prefix(reason, max_control_payload - 2);
    append_ws_header(out, opcode::close, 2 + fitting.size());
    append_big_endian(out, code, 2);
    out += fitting;
}

}   // namespace thump::wire
