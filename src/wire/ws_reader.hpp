// Reading WebSocket frames, as a server receives them (RFC 6455, section 5).
#pragma once

#include <wire/utf8.hpp>
#include <wire/ws_frame.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace thump::wire {

/// What a reader found.
struct ws_received {
    enum class kind : std::uint8_t {
        nothing,   ///< all bytes are consumed, and more are needed
        text,      ///< a whole message
        binary,    ///< a whole message
        ping,
        pong,
        close,     ///< the peer closes; nothing is read after it
        failure,   ///< the peer broke a rule; nothing is read after it
    };
    kind what = kind::nothing;
    /// Of a close, `close_code::none` where it has none; of a failure, the one to close with.
    std::uint16_t code = 0;
    /// Message, payload of a control frame, or reason; of a failure, a sentence.
    std::string_view payload = {};
};

/// Takes the bytes of a connection, in pieces of any size, and makes messages of them.
///
/// A message that lies in one piece as one frame is passed on where it lies; only others are
/// copied together. So a reader between two messages holds no memory.
///
/// Every rule of RFC 6455 is kept, at the first byte that can break it: masks, reserved bits and
/// opcodes, fragmentation, control frames, close codes, UTF-8. A compressed message (RFC 7692) is
/// expanded when it is whole; it refers to none before it, so nothing is kept for the next one.
class ws_reader {
public:
    struct options {
        /// Less than 4 GiB. Of a compressed message, both before and after it was expanded.
        std::size_t max_message_bytes = std::size_t{1} << 20;
        bool allow_binary = false;
        bool deflate = false;   ///< permessage-deflate was agreed on
    };

    explicit ws_reader(options const& o) noexcept;

    /// Reads on until something is complete. Call again until it is `nothing`.
    /// @param bytes What came from the peer; its front is taken away. The payload is unmasked in
    /// place.
    /// @return what was found; its payload is valid until the next call, and while `bytes`' memory
    /// is.
    [[nodiscard]] ws_received next(std::span<char>& bytes);

    /// Whether a message, or a frame, has begun and is not complete.
    [[nodiscard]] bool in_message() const noexcept
    {
        return header_size_ > 0 || message_op_ != opcode::continuation;
    }

private:
    // What came of a message, and of a control frame, in earlier pieces.
    struct partial {
        std::string message;
        std::string control;
    };

    [[nodiscard]] bool take_header(std::span<char>& bytes) noexcept;
    bool take_header_up_to(std::size_t size, std::span<char>& bytes) noexcept;
    [[nodiscard]] std::size_t header_bytes() const noexcept;
    [[nodiscard]] std::uint64_t announced() const noexcept;
    [[nodiscard]] opcode op() const noexcept { return static_cast<opcode>(header_[0] & 0x0f); }
    [[nodiscard]] bool is_control() const noexcept { return (header_[0] & 0x08) != 0; }
    [[nodiscard]] bool is_final() const noexcept { return (header_[0] & 0x80) != 0; }
    [[nodiscard]] bool is_whole() const noexcept { return taken_ == length_; }
    [[nodiscard]] partial& kept();

    ws_received fail(std::uint16_t code, std::string_view sentence);
    ws_received check_first_bytes();
    ws_received begin_frame();
    std::span<char> take_payload(std::span<char>& bytes) noexcept;
    ws_received take_control(std::string_view piece);
    ws_received take_data(std::string_view piece);
    ws_received end_control(std::string_view payload);
    ws_received end_close(std::string_view payload);
    ws_received end_message(std::string_view message);
    ws_received expand(std::string_view message);
    void end_frame() noexcept;

    std::unique_ptr<partial> partial_;
    std::uint32_t max_message_bytes_;
    std::uint32_t length_ = 0;   // of the frame's payload
    std::uint32_t taken_ = 0;    // of the frame's payload, so far
    utf8_checker utf8_;          // of the message in progress
    std::array<unsigned char, 14> header_{};
    std::uint8_t header_size_ = 0;
    opcode message_op_ = opcode::continuation;   // continuation: no message is in progress
    bool allow_binary_;
    bool deflate_;
    bool compressed_ = false;   // the message in progress
    bool header_done_ = false;
    bool ended_ = false;   // after a close or a failure
};

static_assert(sizeof(ws_reader) <= 64, "there is one for each connection");

}   // namespace thump::wire
