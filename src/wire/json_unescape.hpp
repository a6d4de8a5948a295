// Escapes in JSON strings (RFC 8259, section 7).
#pragma once

#include <string>
#include <string_view>

namespace thump::wire {

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    auto const lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The number that four hexadecimal digits write. Requires: `at` leads to four of them.
[[nodiscard]] constexpr unsigned hex_unit(char const* at) noexcept
{
    unsigned unit = 0;
    for (int i = 0; i != 4; ++i)
        unit = unit * 16 + static_cast<unsigned>(hex_value(at[i]));
    return unit;
}

[[nodiscard]] constexpr bool is_high_surrogate(unsigned unit) noexcept
{
    return unit >= 0xd800 && unit < 0xdc00;
}
[[nodiscard]] constexpr bool is_low_surrogate(unsigned unit) noexcept
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/// Sets `out` to what a string means, in UTF-8.
/// @param raw What stands between the quotes. Requires: its escapes follow the grammar, and those
/// of surrogates come in pairs.
void unescape_json(std::string& out, std::string_view raw);

}   // namespace thump::wire
