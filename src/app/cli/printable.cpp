#include <app/cli/printable.hpp>

#include <wire/utf8.hpp>

#include <cstdint>
#include <cstdio>

namespace thump::cli {
namespace {

// Requires: `sequence` is one character of UTF-8.
std::uint32_t code_point(std::string_view sequence) noexcept
{
    auto const lead = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1) return lead;
    // Two bytes lead with 110, three with 1110, four with 11110.
    std::uint32_t code = lead & (0x7fu >> sequence.size());
    for (char const byte : sequence.substr(1))
        code = code << 6 | (static_cast<unsigned char>(byte) & 0x3fu);
    return code;
}

constexpr bool is_harmful(std::uint32_t code) noexcept
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0)   // C0, DEL, C1
           || code == 0x061c || code == 0x200e || code == 0x200f || code == 0xfeff ||
           (code >= 0x2028 && code <= 0x202e)       // separators, embeddings, overrides
           || (code >= 0x2066 && code <= 0x2069);   // isolates
}

void append_formatted(std::string& out, char const* format, std::uint32_t value)
{
    char text[16];
    std::snprintf(text, sizeof text, format, value);
    out += text;
}

void append_escape(std::string& out, std::uint32_t code)
{
    switch (code) {
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    append_formatted(out, code < 0x80 ? "\\x%02x" : "\\u%04x", code);
}

void append_json_escape(std::string& out, std::uint32_t code)
{
    if (code == '\n' || code == '\r' || code == '\t') {
        out += ' ';
        return;
    }
    append_formatted(out, "\\u%04x", code);
}

void append_byte_escape(std::string& out, char byte)
{
    append_formatted(out, "\\x%02x", static_cast<unsigned char>(byte));
}

// JSON has no way to write a byte.
void append_replacement(std::string& out, char)
{
    out += "\\ufffd";
}

// Copies a text but for harmful characters and for bytes that are not UTF-8.
template <class AppendEscape, class AppendByte>
void append_with_escapes(std::string& out, std::string_view text, AppendEscape append_escaped,
                         AppendByte append_byte)
{
    while (!text.empty()) {
        auto const bytes = wire::utf8_sequence_bytes(text);
        if (bytes == 0) {
            append_byte(out, text.front());
            text.remove_prefix(1);
            continue;
        }
        auto const sequence = text.substr(0, bytes);
        if (auto const code = code_point(sequence); is_harmful(code))
            append_escaped(out, code);
        else
            out += sequence;
        text.remove_prefix(bytes);
    }
}

}   // namespace

void append_printable(std::string& out, std::string_view text)
{
    append_with_escapes(out, text, append_escape, append_byte_escape);
}

void append_printable_json(std::string& out, std::string_view json)
{
    append_with_escapes(out, json, append_json_escape, append_replacement);
}

std::string printable(std::string_view text)
{
    std::string made;
    append_printable(made, text);
    return made;
}

}   // namespace thump::cli
