// Classes of characters that grammars share (RFC 5234, appendix B; RFC 9110, 5.6.2).
#pragma once

#include <string_view>

namespace thump::wire {

/// DIGIT.
[[nodiscard]] constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// ALPHA.
[[nodiscard]] constexpr bool is_alpha(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// `tchar`: what tokens of HTTP are made of.
[[nodiscard]] constexpr bool is_tchar(char c) noexcept
{
    return is_alpha(c) || is_digit(c) ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

}   // namespace thump::wire
