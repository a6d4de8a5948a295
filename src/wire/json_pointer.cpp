// Grammar (RFC 6901, section 3):
//
//     json-pointer = *( "/" reference-token )
//     reference-token = *( any character but "/" and "~" / "~0" / "~1" )   ; "~0" is "~", "~1" "/"
#include <wire/json_pointer.hpp>

#include <wire/utf8.hpp>

#include <algorithm>

namespace thump::wire {
namespace {

constexpr std::size_t max_name_bytes = 255;
constexpr std::size_t max_quoted_bytes = 64;

}   // namespace

void append_pointer(std::string& pointer, std::string_view name)
{
    if (name.size() > max_name_bytes) return;
    pointer += '/';
    for (char const c : name) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
}

std::string quoted(std::string_view text)
{
    bool const utf8 = is_valid_utf8(text);
    auto const shown =
        utf8 ? utf8_prefix(text, max_quoted_bytes) : text.substr(0, max_quoted_bytes);
    std::string made = "'";
    for (char const c : shown) {
        auto const byte = static_cast<unsigned char>(c);
        bool const printable = byte >= 0x80 ? utf8 : byte >= 0x20 && byte != 0x7f;
        made += printable ? c : '?';
    }
    made += shown.size() == text.size() ? "'" : "…'";
    return made;
}

}   // namespace thump::wire
