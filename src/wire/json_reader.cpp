// Grammar (RFC 8259):
//
//     text   = ws value ws
//     value  = object / array / string / number / "true" / "false" / "null"
//     object = "{" ws [ member *( ws "," ws member ) ] ws "}"
//     member = string ws ":" ws value
//     array  = "[" ws [ value *( ws "," ws value ) ] ws "]"
//     number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ exp ]
//     exp    = ( "e" / "E" ) [ "+" / "-" ] 1*digit
//     string = '"' *( character / escape ) '"'
//     escape = "\" ( '"' / "\" / "/" / "b" / "f" / "n" / "r" / "t" / "u" 4hex )
//     ws     = *( %x20 / %x09 / %x0A / %x0D )
//
// A character is any of UTF-8 but '"', "\" and U+0000 to U+001F. Escapes of surrogates come in
// pairs.
#include <wire/json_reader.hpp>

#include <wire/ascii.hpp>
#include <wire/byte_scan.hpp>
#include <wire/json_unescape.hpp>
#include <wire/utf8.hpp>

#include <algorithm>
#include <bitset>
#include <cstdio>
#include <utility>

namespace thump::wire {

// The arrays and objects that are open around a value.
class json_reader::nesting {
public:
    explicit nesting(std::size_t max_depth) noexcept : left_{std::min(max_depth, max_json_nesting)}
    {
    }

    bool enter(bool object) noexcept
    {
        if (left_ == 0) return false;
        --left_;
        is_object_[depth_++] = object;
        return true;
    }
    void leave() noexcept
    {
        ++left_;
        --depth_;
    }
    [[nodiscard]] bool empty() const noexcept { return depth_ == 0; }
    [[nodiscard]] bool in_object() const noexcept { return is_object_[depth_ - 1]; }

private:
    std::bitset<max_json_nesting> is_object_;
    std::size_t depth_ = 0;
    std::size_t left_;
};

std::string_view to_string(json_kind kind) noexcept
{
    switch (kind) {
    case json_kind::none:
        return "nothing";
    case json_kind::object:
        return "an object";
    case json_kind::array:
        return "an array";
    case json_kind::string:
        return "a string";
    case json_kind::number:
        return "a number";
    case json_kind::boolean:
        return "a boolean";
    case json_kind::null:
        return "null";
    }
    return "unknown";
}

bool json_reader::fail(fault what, char const* expected) noexcept
{
    fault_ = what;
    expected_ = expected;
    return false;
}

void json_reader::skip_space() noexcept
{
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r'))
        ++at_;
}

bool json_reader::accept(char c) noexcept
{
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
}

json_kind json_reader::peek() noexcept
{
    skip_space();
    switch (front()) {
    case '{':
        return json_kind::object;
    case '[':
        return json_kind::array;
    case '"':
        return json_kind::string;
    case 't':
    case 'f':
        return json_kind::boolean;
    case 'n':
        return json_kind::null;
    default:
        return front() == '-' || is_digit(front()) ? json_kind::number : json_kind::none;
    }
}

void json_reader::begin() noexcept
{
    ++at_;
    first_ = true;
}

// Passes over what stands between elements or members. False at the end, and on a fault.
bool json_reader::separate(char close, char const* expected) noexcept
{
    skip_space();
    if (accept(close)) {
        first_ = false;
        return false;
    }
    if (std::exchange(first_, false)) return true;
    if (!accept(',')) return fail(fault::syntax, expected);
    skip_space();
    return true;
}

bool json_reader::next_element() noexcept
{
    return separate(']', "',' or ']'");
}

bool json_reader::next_member(std::string_view& key)
{
    if (!separate('}', "',' or '}'")) return false;
    if (front() != '"') return fail(fault::syntax, "a name in quotes");
    if (!read_string(key)) return false;
    skip_space();
    return accept(':') || fail(fault::syntax, "':'");
}

bool json_reader::read_string(std::string_view& value)
{
    bool escaped = false;
    if (!scan_string(value, escaped)) return false;
    if (escaped) {
        unescape_json(unescaped_, value);
        value = unescaped_;
    }
    return true;
}

bool json_reader::finish() noexcept
{
    skip_space();
    return at_ == end_ || fail(fault::syntax, "the end of the text");
}

// Requires: a quote at the front.
bool json_reader::scan_string(std::string_view& raw, bool& escaped) noexcept
{
    auto const* const start = ++at_;
    for (;;) {
        at_ = find_json_special(at_, end_);
        if (at_ == end_) return fail(fault::syntax, "'\"'");
        if (*at_ == '"') break;
        if (*at_ == '\\') {
            escaped = true;
            if (!scan_escape()) return false;
        } else if (static_cast<unsigned char>(*at_) < 0x20) {
            return fail(fault::syntax, "an escape in the place of a control character");
        } else {
            auto const bytes = utf8_sequence_bytes({at_, end_});
            if (bytes == 0) return fail(fault::utf8);
            at_ += bytes;
        }
    }
    raw = {start, at_++};
    return true;
}

bool json_reader::scan_escape() noexcept
{
    ++at_;
    switch (front()) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        ++at_;
        return true;
    case 'u':
        return scan_unicode_escape();
    default:
        return fail(fault::syntax, "one of '\"', '\\', '/', 'b', 'f', 'n', 'r', 't' and 'u'");
    }
}

bool json_reader::scan_unicode_escape() noexcept
{
    auto const* const start = at_ - 1;
    auto const lone = [&] {
        at_ = start;
        return fail(fault::surrogate);
    };
    unsigned unit = 0;
    ++at_;
    if (!scan_hex(unit)) return false;
    if (is_low_surrogate(unit)) return lone();
    if (!is_high_surrogate(unit)) return true;
    if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return lone();
    at_ += 2;
    if (!scan_hex(unit)) return false;
    return is_low_surrogate(unit) || lone();
}

bool json_reader::scan_hex(unsigned& unit) noexcept
{
    for (int i = 0; i != 4; ++i, ++at_)
        if (hex_value(front()) < 0) return fail(fault::syntax, "a hexadecimal digit");
    unit = hex_unit(at_ - 4);
    return true;
}

bool json_reader::scan_digits() noexcept
{
    if (!is_digit(front())) return fail(fault::syntax, "a digit");
    while (is_digit(front()))
        ++at_;
    return true;
}

bool json_reader::scan_number() noexcept
{
    accept('-');
    if (!accept('0') && !scan_digits()) return false;
    if (accept('.') && !scan_digits()) return false;
    if (accept('e') || accept('E')) {
        if (!accept('+')) accept('-');
        return scan_digits();
    }
    return true;
}

bool json_reader::scan_word(std::string_view word) noexcept
{
    for (char const c : word)
        if (!accept(c)) return fail(fault::syntax, "'true', 'false' or 'null'");
    return true;
}

bool json_reader::scan_scalar() noexcept
{
    std::string_view raw;
    bool escaped = false;
    switch (front()) {
    case '"':
        return scan_string(raw, escaped);
    case 't':
        return scan_word("true");
    case 'f':
        return scan_word("false");
    case 'n':
        return scan_word("null");
    default:
        return front() == '-' || is_digit(front()) ? scan_number() : fail(fault::syntax, "a value");
    }
}

bool json_reader::scan_key() noexcept
{
    std::string_view raw;
    bool escaped = false;
    skip_space();
    if (front() != '"') return fail(fault::syntax, "a name in quotes");
    if (!scan_string(raw, escaped)) return false;
    skip_space();
    return accept(':') || fail(fault::syntax, "':'");
}

// Enters arrays and objects down to a scalar or an empty one, and passes over that.
bool json_reader::scan_opening(nesting& open) noexcept
{
    for (;;) {
        skip_space();
        bool const object = front() == '{';
        if (!object && front() != '[') return scan_scalar();
        if (!open.enter(object)) return fail(fault::depth);
        ++at_;
        skip_space();
        if (accept(object ? '}' : ']')) {
            open.leave();
            return true;
        }
        if (object && !scan_key()) return false;
    }
}

// Leaves what ends after a value, up to where the next value begins.
bool json_reader::scan_closings(nesting& open) noexcept
{
    while (!open.empty()) {
        skip_space();
        bool const object = open.in_object();
        if (accept(',')) return !object || scan_key();
        if (!accept(object ? '}' : ']'))
            return fail(fault::syntax, object ? "',' or '}'" : "',' or ']'");
        open.leave();
    }
    return true;
}

bool json_reader::skip_value(std::size_t max_depth, std::string_view& text,
                             std::size_t max_bytes) noexcept
{
    skip_space();
    auto const* const start = at_;
    nesting open{max_depth};
    do {
        if (!scan_opening(open) || !scan_closings(open)) return false;
        if (static_cast<std::size_t>(at_ - start) > max_bytes) return fail(fault::length);
    } while (!open.empty());
    text = {start, at_};
    return true;
}

error json_reader::failure() const
{
    auto const made = [&](errc code, std::string detail) {
        return error{make_error_code(code), std::move(detail), {}, offset(), {}};
    };
    switch (fault_) {
    case fault::utf8:
        return made(errc::invalid_utf8, "a string holds bytes that are not UTF-8");
    case fault::surrogate:
        return made(errc::invalid_utf8, "a string holds an escape that is half a surrogate pair");
    case fault::depth:
        return made(errc::json_too_deep, "arrays and objects are nested deeper than the limit");
    case fault::length:
        return made(errc::event_too_large, "a value is longer than an event may be");
    case fault::none:
    case fault::syntax:
        break;
    }
    std::string detail = "expected " + std::string{expected_} + ", found ";
    if (at_ == end_) {
        detail += "the end of the text";
    } else if (*at_ > ' ' && *at_ < 0x7f) {
        detail += {'\'', *at_, '\''};
    } else {
        char byte[16];
        std::snprintf(byte, sizeof byte, "byte 0x%02x", static_cast<unsigned char>(*at_));
        detail += byte;
    }
    return made(errc::invalid_json, std::move(detail));
}

}   // namespace thump::wire
