// Types of events, token by token.
#pragma once

#include <string_view>

namespace thump::core {

/// Splits off the first token of a type or a pattern; `rest` keeps what follows the dot.
[[nodiscard]] constexpr std::string_view next_token(std::string_view& rest) noexcept
{
    auto const dot = rest.find('.');
    auto const token = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    return token;
}

}   // namespace thump::core
