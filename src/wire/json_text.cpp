// Grammar of a string as it is written (RFC 8259, section 7, the shortest of the forms allowed):
//
//     string = '"' *( plain / escape ) '"'
//     plain  = any UTF-8 character except '"', '\' and U+0000 to U+001F
//     escape = '\"' / '\\' / '\b' / '\t' / '\n' / '\f' / '\r' / '\u00' 2HEXDIGIT
#include <wire/json_text.hpp>

#include <wire/byte_scan.hpp>
#include <wire/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace thump::wire {
namespace {

// The letter of the short escape of a control character; 0 where it has none.
constexpr char short_escape(char c) noexcept
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    default:
        return '\0';
    }
}

void append_escape(std::string& out, char c)
{
    static constexpr char digits[] = "0123456789abcdef";
    if (char const letter = short_escape(c)) {
        out += '\\';
        out += letter;
    } else {
        auto const code = static_cast<unsigned char>(c);
        out += "\\u00";
        out += digits[code >> 4];
        out += digits[code & 15];
    }
}

}   // namespace

void append_json_string(std::string& out, std::string_view s)
{
    auto const* const end = s.data() + s.size();
    auto const* at = find_json_escape(s.data(), end);
    // Up to the first escape, quotes are laid down at both ends and the text between them.
    auto const plain = static_cast<std::size_t>(at - s.data());
    auto const start = out.size();
    out.append(plain + (at == end ? 2 : 1), '"');
    std::copy(s.data(), at, out.data() + start + 1);
    if (at == end) return;
    do {
        append_escape(out, *at++);
        auto const* const run = at;
        at = find_json_escape(at, end);
        out.append(run, at);
    } while (at != end);
    out += '"';
}

std::size_t json_string_bytes(std::string_view s) noexcept
{
    auto const* at = s.data();
    auto const* const end = at + s.size();
    std::size_t bytes = s.size() + 2;
    while ((at = find_json_escape(at, end)) != end)
        bytes += short_escape(*at++) ? 1 : 5;
    return bytes;
}

void append_json_string_lossy(std::string& out, std::string_view s)
{
    if (is_valid_utf8(s)) return append_json_string(out, s);
    std::string mended;
    while (!s.empty()) {
        auto const bytes = utf8_sequence_bytes(s);
        mended += bytes == 0 ? "\xef\xbf\xbd" : s.substr(0, bytes);
        s.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    append_json_string(out, mended);
}

void append_decimal(std::string& out, std::uint64_t value)
{
    if (value < 10) {   // counts mostly are
        out += static_cast<char>('0' + value);
        return;
    }
    std::array<char, 20> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void append_in_one_line(std::string& out, std::string_view json)
{
    auto const start = out.size();
    out.append(json);
    // Mostly there is none, and the library finds that out many bytes at a step.
    for (char const line_end : {'\n', '\r'})
        for (auto at = out.find(line_end, start); at != std::string::npos;
             at = out.find(line_end, at + 1))
            out[at] = ' ';
}

}   // namespace thump::wire
