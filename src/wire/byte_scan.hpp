// Finding the first byte of a class, eight bytes at a step.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace thump::wire {

namespace detail {

using byte_word = std::uint64_t;

inline constexpr byte_word every_byte = 0x0101'0101'0101'0101;
inline constexpr byte_word high_bits = every_byte * 0x80;

// The tests set the high bit of bytes that fit. Borrows may also set it in bytes above (of higher
// significance than) the first that fits, so only the lowest bit means something.
constexpr byte_word below_space(byte_word word) noexcept
{
    return (word - every_byte * 0x20) & ~word & high_bits;
}
constexpr byte_word equal_to(byte_word word, char c) noexcept
{
    auto const difference = word ^ (every_byte * static_cast<unsigned char>(c));
    return (difference - every_byte) & ~difference & high_bits;
}
constexpr byte_word must_escape(byte_word word) noexcept
{
    return below_space(word) | equal_to(word, '"') | equal_to(word, '\\');
}

constexpr byte_word not_ascii(byte_word word) noexcept
{
    return word & high_bits;
}

inline byte_word load(char const* at) noexcept
{
    byte_word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// `Test` maps a word to the high bits of its bytes that fit.
template <class Test>
char const* find_byte(char const* at, char const* end, Test test) noexcept
{
    auto const left = static_cast<std::size_t>(end - at);
    if (left < sizeof(byte_word) || std::endian::native != std::endian::little) {
        // A word of this byte alone, filled up with bytes that fit no test.
        while (at != end && !test(every_byte * 0x7f - 0x7f + static_cast<unsigned char>(*at)))
            ++at;
        return at;
    }
    // The last step may look at bytes again that did not fit before.
    for (auto const* const last = end - sizeof(byte_word);; at += sizeof(byte_word)) {
        if (at > last) at = last;
        if (auto const found = test(load(at))) return at + std::countr_zero(found) / 8;
        if (at == last) return end;
    }
}

}   // namespace detail

/// The first byte of [at, end) that is not ASCII, or `end`.
inline char const* find_non_ascii(char const* at, char const* end) noexcept
{
    return detail::find_byte(at, end, [](auto word) { return detail::not_ascii(word); });
}

/// The first byte of [at, end) that a JSON string cannot hold as it is (a quote, a backslash, a
/// control character), or `end`.
inline char const* find_json_escape(char const* at, char const* end) noexcept
{
    return detail::find_byte(at, end, [](auto word) { return detail::must_escape(word); });
}

/// As `find_json_escape`, stopping at bytes that are not ASCII too.
inline char const* find_json_special(char const* at, char const* end) noexcept
{
    return detail::find_byte(
        at, end, [](auto word) { return detail::must_escape(word) | detail::not_ascii(word); });
}

}   // namespace thump::wire
