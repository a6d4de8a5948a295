// Grammar (RFC 6455, section 5.2; of frames that a client sends, which are all masked):
//
//     message = frame *( frame )                     ; the first text or binary, then continuations
//     frame   = first second [ length ] key payload
//     first   = FIN:1 RSV:3 opcode:4                 ; FIN on a message's last frame; RSV 0, but 4
//                                                    ; on the first of a compressed message
//     second  = MASK:1 length:7                      ; MASK 1; 126 and 127: a length follows
//     length  = 2OCTET / 8OCTET                      ; after 126 / 127, the shortest that does
//     key     = 4OCTET
//     payload = *OCTET                               ; byte i is xor key[i mod 4]
//
// Control frames (opcodes 8 to 10) have FIN and at most 125 bytes, and may stand between the frames
// of a message.
#include <wire/ws_reader.hpp>

#include <wire/deflate.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace thump::wire {
namespace {

using kind = ws_received::kind;

constexpr unsigned char reserved_bits = 0x70;
constexpr unsigned char compressed_bit = 0x40;
constexpr unsigned char mask_bit = 0x80;
constexpr unsigned char length_bits = 0x7f;
constexpr unsigned two_byte_length = 126;
constexpr unsigned eight_byte_length = 127;
constexpr std::size_t key_bytes = 4;

constexpr bool is_known(opcode op) noexcept
{
    return op <= opcode::binary || (op >= opcode::close && op <= opcode::pong);
}

// Undoes the mask of bytes of which the first is byte `at` of the payload.
void unmask(std::span<char> bytes, unsigned char const* key, std::size_t at) noexcept
{
    std::array<unsigned char, 8> turned;
    for (std::size_t i = 0; i != turned.size(); ++i)
        turned[i] = key[(at + i) % key_bytes];
    std::uint64_t pattern;
    std::memcpy(&pattern, turned.data(), sizeof pattern);

    auto* to = bytes.data();
    auto left = bytes.size();
    for (; left >= sizeof pattern; left -= sizeof pattern, to += sizeof pattern) {
        std::uint64_t word;
        std::memcpy(&word, to, sizeof word);
        word ^= pattern;
        std::memcpy(to, &word, sizeof word);
    }
    for (std::size_t i = 0; i != left; ++i)
        to[i] = static_cast<char>(static_cast<unsigned char>(to[i]) ^ turned[i]);
}

}   // namespace

ws_reader::ws_reader(options const& o) noexcept
    : max_message_bytes_{static_cast<std::uint32_t>(
          std::min<std::size_t>(o.max_message_bytes, std::numeric_limits<std::uint32_t>::max()))}
    , allow_binary_{o.allow_binary}
    , deflate_{o.deflate}
{
}

ws_received ws_reader::next(std::span<char>& bytes)
{
    if (!in_message()) partial_.reset();
    while (!ended_) {
        if (!header_done_) {
            bool const whole = take_header(bytes);
            if (auto const r = check_first_bytes(); r.what != kind::nothing) return r;
            if (!whole) return {};
            if (auto const r = begin_frame(); r.what != kind::nothing) return r;
        }
        if (bytes.empty() && !is_whole()) return {};
        auto const piece = take_payload(bytes);
        std::string_view const text{piece.data(), piece.size()};
        if (auto const r = is_control() ? take_control(text) : take_data(text);
            r.what != kind::nothing)
            return r;
    }
    bytes = {};
    return {};
}

bool ws_reader::take_header_up_to(std::size_t size, std::span<char>& bytes) noexcept
{
    if (header_size_ >= size) return true;
    auto const count = std::min(size - header_size_, bytes.size());
    std::memcpy(header_.data() + header_size_, bytes.data(), count);
    header_size_ = static_cast<std::uint8_t>(header_size_ + count);
    bytes = bytes.subspan(count);
    return header_size_ == size;
}

bool ws_reader::take_header(std::span<char>& bytes) noexcept
{
    return take_header_up_to(2, bytes) && take_header_up_to(header_bytes(), bytes);
}

// Requires: the first two bytes are there.
std::size_t ws_reader::header_bytes() const noexcept
{
    auto const length = header_[1] & length_bits;
    return 2 + (length == two_byte_length ? 2 : length == eight_byte_length ? 8 : 0) + key_bytes;
}

// Requires: the header is there.
std::uint64_t ws_reader::announced() const noexcept
{
    std::uint64_t const short_form = header_[1] & length_bits;
    if (short_form < two_byte_length) return short_form;
    std::uint64_t length = 0;
    for (std::size_t i = 2; i != header_bytes() - key_bytes; ++i)
        length = length << 8 | header_[i];
    return length;
}

ws_reader::partial& ws_reader::kept()
{
    if (!partial_) partial_ = std::make_unique<partial>();
    return *partial_;
}

ws_received ws_reader::fail(std::uint16_t code, std::string_view sentence)
{
    ended_ = true;
    partial_.reset();
    return {kind::failure, code, sentence};
}

// Looks at as many of the first two bytes as there are.
ws_received ws_reader::check_first_bytes()
{
    auto const broken = [&](std::string_view sentence) {
        return fail(close_code::protocol_error, sentence);
    };
    bool const in_message = message_op_ != opcode::continuation;
    if (header_size_ == 0) return {};
    bool const may_be_compressed = deflate_ && !is_control() && op() != opcode::continuation;
    auto const reserved = header_[0] & reserved_bits;
    if (reserved != 0 && (reserved != compressed_bit || !may_be_compressed))
        return broken("a reserved bit is set");
    if (!is_known(op())) return broken("the opcode is reserved");
    if (is_control() && !is_final()) return broken("a control frame is fragmented");
    if (op() == opcode::continuation && !in_message) return broken("there is nothing to continue");
    if (op() != opcode::continuation && !is_control() && in_message)
        return broken("a message begins inside another");
    if (op() == opcode::binary && !allow_binary_)
        return fail(close_code::unsupported_data, "binary messages are not understood");
    if (header_size_ == 1) return {};
    if ((header_[1] & mask_bit) == 0) return broken("a frame of a client is not masked");
    if (is_control() && (header_[1] & length_bits) > max_control_payload)
        return broken("a control frame is longer than 125 bytes");
    return {};
}

// Requires: the header is there.
ws_received ws_reader::begin_frame()
{
    auto const length = announced();
    auto const short_form = header_[1] & length_bits;
    bool const shortest = (short_form != two_byte_length || length >= two_byte_length) &&
                          (short_form != eight_byte_length || length > 0xffff);
    if (!shortest || length >> 63 != 0)
        return fail(close_code::protocol_error, "a length is not in its shortest form");
    if (!is_control()) {
        auto const before = op() == opcode::continuation && partial_ ? partial_->message.size() : 0;
        if (length > max_message_bytes_ - before)
            return fail(close_code::message_too_big, "the message is larger than the limit");
        if (op() != opcode::continuation) {
            message_op_ = op();
            compressed_ = (header_[0] & compressed_bit) != 0;
        }
    }
    length_ = static_cast<std::uint32_t>(length);
    taken_ = 0;
    header_done_ = true;
    return {};
}

std::span<char> ws_reader::take_payload(std::span<char>& bytes) noexcept
{
    auto const piece = bytes.first(std::min<std::size_t>(bytes.size(), length_ - taken_));
    unmask(piece, header_.data() + header_bytes() - key_bytes, taken_);
    taken_ += static_cast<std::uint32_t>(piece.size());
    bytes = bytes.subspan(piece.size());
    return piece;
}

void ws_reader::end_frame() noexcept
{
    header_size_ = 0;
    header_done_ = false;
}

ws_received ws_reader::take_control(std::string_view piece)
{
    if (piece.size() == length_) return end_control(piece);
    auto& payload = kept().control;
    bool const first = piece.size() == taken_;
    if (first) payload.clear();
    payload += piece;
    return is_whole() ? end_control(payload) : ws_received{};
}

ws_received ws_reader::end_control(std::string_view payload)
{
    auto const which = op();
    end_frame();
    if (which == opcode::close) return end_close(payload);
    return {which == opcode::ping ? kind::ping : kind::pong, 0, payload};
}

ws_received ws_reader::end_close(std::string_view payload)
{
    auto code = close_code::none;
    if (payload.size() == 1) return fail(close_code::protocol_error, "half a close code");
    if (!payload.empty()) {
        auto const high = static_cast<unsigned char>(payload[0]);
        auto const low = static_cast<unsigned char>(payload[1]);
        code = static_cast<std::uint16_t>(high << 8 | low);
        payload.remove_prefix(2);
        if (!is_valid_close_code(code))
            return fail(close_code::protocol_error, "the close code is reserved");
        if (!is_valid_utf8(payload))
            return fail(close_code::invalid_payload, "the reason of a close is not UTF-8");
    }
    ended_ = true;
    return {kind::close, code, payload};
}

ws_received ws_reader::take_data(std::string_view piece)
{
    auto const not_utf8 = [&] {
        return fail(close_code::invalid_payload, "a text message is not UTF-8");
    };
    bool const text = message_op_ == opcode::text && !compressed_;
    if (text && !utf8_.write(piece)) return not_utf8();
    if (is_whole() && is_final() && text && !utf8_.complete()) return not_utf8();

    bool const alone = op() != opcode::continuation && is_final() && piece.size() == length_;
    if (alone) return end_message(piece);
    auto& message = kept().message;
    message += piece;
    if (!is_whole()) return {};
    if (is_final()) return end_message(message);
    end_frame();
    return {};
}

ws_received ws_reader::end_message(std::string_view message)
{
    if (std::exchange(compressed_, false)) return expand(message);
    auto const what = message_op_ == opcode::text ? kind::text : kind::binary;
    message_op_ = opcode::continuation;
    end_frame();
    return {what, 0, message};
}

ws_received ws_reader::expand(std::string_view message)
{
    static thread_local inflater shared;
    std::string text;
    switch (shared.append(text, message, max_message_bytes_)) {
    case inflate_result::whole:
        break;
    case inflate_result::too_big:
        return fail(close_code::message_too_big, "the message is larger than the limit");
    case inflate_result::broken:
        return fail(close_code::invalid_payload, "a message cannot be decompressed");
    }
    if (message_op_ == opcode::text && !is_valid_utf8(text))
        return fail(close_code::invalid_payload, "a text message is not UTF-8");
    kept().message = std::move(text);
    return end_message(kept().message);
}

}   // namespace thump::wire
