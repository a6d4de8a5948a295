#include <wire/json_unescape.hpp>

namespace thump::wire {
namespace {

void append_utf8(std::string& out, unsigned code)
{
    auto const put = [&](unsigned byte) { out += static_cast<char>(byte); };
    auto const put_tail = [&](int shift) { put(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | (code >> 6));
        put_tail(0);
    } else if (code < 0x10000) {
        put(0xe0 | (code >> 12));
        put_tail(6);
        put_tail(0);
    } else {
        put(0xf0 | (code >> 18));
        put_tail(12);
        put_tail(6);
        put_tail(0);
    }
}

// What follows the `\u` at the front of `raw`, a surrogate's other half included, is appended; the
// bytes that it took are returned. Requires: `raw` has been scanned.
std::size_t unescape_unicode(std::string& out, char const* raw)
{
    auto const unit = hex_unit(raw + 2);
    if (!is_high_surrogate(unit)) {
        append_utf8(out, unit);
        return 6;
    }
    append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (hex_unit(raw + 8) - 0xdc00));
    return 12;
}

constexpr char unescape_letter(char c) noexcept
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

}   // namespace

void unescape_json(std::string& out, std::string_view raw)
{
    out.clear();
    while (!raw.empty()) {
        auto const run = raw.substr(0, raw.find('\\'));
        out += run;
        raw.remove_prefix(run.size());
        if (raw.empty()) break;
        if (raw[1] == 'u') {
            raw.remove_prefix(unescape_unicode(out, raw.data()));
        } else {
            out += unescape_letter(raw[1]);
            raw.remove_prefix(2);
        }
    }
}

}   // namespace thump::wire
