// Grammar (RFC 3629, section 4):
//
//     00..7F
//     C2..DF 80..BF
//     E0     A0..BF 80..BF
//     E1..EC 80..BF 80..BF
//     ED     80..9F 80..BF
//     EE..EF 80..BF 80..BF
//     F0     90..BF 80..BF 80..BF
//     F1..F3 80..BF 80..BF 80..BF
//     F4     80..8F 80..BF 80..BF
#include <wire/utf8.hpp>

#include <wire/byte_scan.hpp>

#include <algorithm>

namespace thump::wire {

bool utf8_checker::lead(unsigned char byte) noexcept
{
    low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    if (byte < 0x80)
        missing_ = 0;
    else if (byte >= 0xc2 && byte <= 0xdf)
        missing_ = 1;
    else if (byte >= 0xe0 && byte <= 0xef)
        missing_ = 2;
    else if (byte >= 0xf0 && byte <= 0xf4)
        missing_ = 3;
    else
        return false;
    return true;
}

bool utf8_checker::write(std::string_view piece) noexcept
{
    auto const* at = piece.data();
    auto const* const end = at + piece.size();
    while (at != end) {
        if (missing_ == 0) {
            at = find_non_ascii(at, end);
            if (at == end) return true;
            if (!lead(static_cast<unsigned char>(*at++))) return false;
        } else {
            auto const byte = static_cast<unsigned char>(*at++);
            if (byte < low_ || byte > high_) return false;
            low_ = 0x80;
            high_ = 0xbf;
            --missing_;
        }
    }
    return true;
}

bool is_valid_utf8(std::string_view text) noexcept
{
    auto const* const end = text.data() + text.size();
    if (find_non_ascii(text.data(), end) == end) return true;   // as most are
    utf8_checker checker;
    return checker.write(text) && checker.complete();
}

std::size_t utf8_sequence_bytes(std::string_view text) noexcept
{
    utf8_checker checker;
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (!checker.write(text.substr(i, 1))) return 0;
        if (checker.complete()) return i + 1;
    }
    return 0;
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) noexcept
{
    if (text.size() <= most) return text;
    while (most != 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most;
    return text.substr(0, most);
}

bool is_printable(std::string_view text) noexcept
{
    return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
}

}   // namespace thump::wire
