// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thump::wire {

/// Whether `text` is UTF-8 from beginning to end.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

/// Bytes of the sequence that `text` begins with, 1 to 4; 0 where it is malformed or cut short.
/// Requires: `text` is not empty.
[[nodiscard]] std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

/// The longest beginning of `text` that has at most `most` bytes and does not cut a character.
/// Requires: `text` is UTF-8.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t most) noexcept;

/// Checks UTF-8 that comes in pieces, which may split characters anywhere. A fault is seen with the
/// first byte that cannot be right, not when its character would have been complete.
class utf8_checker {
public:
    /// Takes the next piece.
    /// @return whether everything so far can be the beginning of UTF-8. Requires, for the next
    /// piece: it was so.
    bool write(std::string_view piece) noexcept;

    /// Whether what was written ends at the end of a character.
    [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

    /// Begins anew.
    void reset() noexcept { *this = {}; }

private:
    bool lead(unsigned char byte) noexcept;

    std::uint8_t missing_ = 0;   // continuation bytes that the character still lacks
    std::uint8_t low_ = 0x80;    // range of the next one
    std::uint8_t high_ = 0xbf;
};

/// Whether text can be shown to an operator: UTF-8 without control characters.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

}   // namespace thump::wire
