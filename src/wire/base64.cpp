#include <wire/base64.hpp>

#include <algorithm>

namespace thump::wire {
namespace {

constexpr bool is_digit(char c) noexcept
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}   // namespace

bool is_base64(std::string_view text) noexcept
{
    auto const padding = std::ranges::find(text, '=');
    auto const digits = std::count_if(text.begin(), padding, is_digit);
    if (std::any_of(padding, text.end(), is_digit)) return false;
    if (digits == 0) return text.empty();
    auto const missing = (4 - digits % 4) % 4;
    auto const pads = std::count(padding, text.end(), '=');
    return missing != 3 && (pads == 0 || pads == missing);
}

}   // namespace thump::wire
