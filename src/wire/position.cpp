// Grammar:
//
//     position = seq / cursor / time / back / "earliest" / "last:" seq
//     seq      = 1*DIGIT                             ; fits 64 bits
//     cursor   = epoch ":" seq
//     epoch    = 1*255( ALPHA / DIGIT / "_" / "-" )   ; not "last"
//     time     = date-time                           ; RFC 3339
//     back     = 1*9DIGIT ( "s" / "m" / "h" / "d" )
#include <wire/position.hpp>

#include <wire/json_text.hpp>
#include <wire/rfc3339.hpp>

#include <algorithm>
#include <charconv>

namespace thump {
namespace {

constexpr std::size_t max_epoch_bytes = 255;
constexpr std::size_t max_back_digits = 9;
constexpr std::string_view last_prefix = "last:";

struct unit {
    char letter;
    std::chrono::seconds span;
};

constexpr unit units[] = {{'d', std::chrono::hours{24}},
                          {'h', std::chrono::hours{1}},
                          {'m', std::chrono::minutes{1}},
                          {'s', std::chrono::seconds{1}}};

constexpr bool is_epoch_char(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

std::optional<std::uint64_t> parse_seq(std::string_view text) noexcept
{
    std::uint64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [at, ec] = std::from_chars(text.data(), end, value);
    if (text.empty() || ec != std::errc{} || at != end) return std::nullopt;
    return value;
}

std::optional<time_back> parse_back(std::string_view text) noexcept
{
    if (text.size() < 2 || text.size() > max_back_digits + 1) return std::nullopt;
    auto const* const found = std::ranges::find(units, text.back(), &unit::letter);
    auto const count = parse_seq(text.substr(0, text.size() - 1));
    if (found == std::end(units) || !count) return std::nullopt;
    return time_back{static_cast<std::int64_t>(*count) * found->span};
}

void append(std::string& out, at_sequence const& at)
{
    wire::append_decimal(out, at.seq);
}

void append(std::string& out, cursor const& at)
{
    out += at.epoch;
    out += ':';
    wire::append_decimal(out, at.seq);
}

void append(std::string& out, time_point const& at)
{
    wire::append_rfc3339(out, at);
}

void append(std::string& out, time_back const& at)
{
    auto const* const largest = std::ranges::find_if(
        units, [&](unit const& u) { return at.span % u.span == std::chrono::seconds::zero(); });
    wire::append_decimal(out, static_cast<std::uint64_t>(at.span / largest->span));
    out += largest->letter;
}

void append(std::string& out, earliest const&)
{
    out += "earliest";
}

void append(std::string& out, last_events const& at)
{
    out += last_prefix;
    wire::append_decimal(out, at.count);
}

}   // namespace

std::string to_string(cursor const& c)
{
    std::string text;
    append(text, c);
    return text;
}

std::optional<cursor> parse_cursor(std::string_view text)
{
    auto const colon = text.find(':');
    auto const epoch = text.substr(0, colon);
    if (colon == std::string_view::npos || epoch.empty() || epoch.size() > max_epoch_bytes ||
        !std::ranges::all_of(epoch, is_epoch_char))
        return std::nullopt;
    auto const seq = parse_seq(text.substr(colon + 1));
    if (!seq) return std::nullopt;
    return cursor{std::string{epoch}, *seq};
}

std::optional<position> parse_position(std::string_view text)
{
    if (text == "earliest") return earliest{};
    if (text.starts_with(last_prefix)) {
        auto const count = parse_seq(text.substr(last_prefix.size()));
        return count ? std::optional<position>{last_events{*count}} : std::nullopt;
    }
    if (auto const seq = parse_seq(text)) return at_sequence{*seq};
    if (auto const back = parse_back(text)) return *back;
    if (auto const time = parse_time_point(text)) return *time;
    if (auto at = parse_cursor(text)) return *std::move(at);
    return std::nullopt;
}

bool wire::is_in_range(std::optional<position> const& p) noexcept
{
    constexpr std::chrono::days furthest{999'999'999};
    if (!p) return true;
    if (auto const* const t = std::get_if<time_point>(&*p)) return has_four_digit_year(*t);
    if (auto const* const back = std::get_if<time_back>(&*p))
        return back->span.count() >= 0 && back->span <= furthest;
    return true;
}

void wire::append_position(std::string& out, position const& p)
{
    std::visit([&](auto const& at) { append(out, at); }, p);
}

}   // namespace thump
