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

// Byte i of memory is byte i of significance, as on little-endian machines.
inline constexpr bool memory_order_is_significance = std::endian::native == std::endian::little;

template <class Unsigned>
byte_word load(char const* at) noexcept
{
    Unsigned value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

// Fewer bytes than a word has, at least one, filled up with such as fit no test. Reads from both
// ends meet or overlap in the middle.
inline byte_word load_short(char const* at, std::size_t bytes) noexcept
{
    auto const filling = every_byte * 0x7f << (8 * bytes);
    auto const* const end = at + bytes;
    if (bytes >= 4)
        return filling | load<std::uint32_t>(at) |
               load<std::uint32_t>(end - 4) << (8 * (bytes - 4));
    return filling | load<std::uint8_t>(at) |
           load<std::uint8_t>(at + bytes / 2) << (8 * (bytes / 2)) |
           load<std::uint8_t>(end - 1) << (8 * (bytes - 1));
}

// `Test` maps a word to the high bits of its bytes that fit.
template <class Test>
char const* find_byte_singly(char const* at, char const* end, Test test) noexcept
{
    while (at != end && !test(every_byte * 0x7f - 0x7f + load<std::uint8_t>(at)))
        ++at;
    return at;
}

template <class Test>
char const* find_byte(char const* at, char const* end, Test test) noexcept
{
    if constexpr (!memory_order_is_significance) return find_byte_singly(at, end, test);
    if (at == end) return end;
    auto const bytes = static_cast<std::size_t>(end - at);
    if (bytes < sizeof(byte_word)) {
        auto const found = test(load_short(at, bytes));
        return found ? at + std::countr_zero(found) / 8 : end;
    }
    // The last step may look at bytes again that did not fit before.
    for (auto const* const last = end - sizeof(byte_word);; at += sizeof(byte_word)) {
        if (at > last) at = last;
        if (auto const found = test(load<byte_word>(at))) return at + std::countr_zero(found) / 8;
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
