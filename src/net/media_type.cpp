#include <net/media_type.hpp>

#include <wire/ascii.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <tuple>

namespace thump::net {
namespace {

using boost::beast::iequals;

constexpr std::string_view white_space = " \t";

std::string_view trim(std::string_view text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    return text.substr(0, text.find_last_not_of(white_space) + 1);
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, wire::is_tchar);
}

// Splits off what stands before the next comma outside of quotes.
std::string_view next_element(std::string_view& rest) noexcept
{
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || rest[at] != ','); ++at) {
        if (rest[at] == '"') quoted = !quoted;
        if (quoted && rest[at] == '\\') ++at;
    }
    auto const element = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return element;
}

// A qvalue in thousandths.
std::optional<int> parse_weight(std::string_view text) noexcept
{
    constexpr std::string_view longest = "0.000";
    if (text.empty() || text.size() > longest.size()) return std::nullopt;
    if (text[0] != '0' && text[0] != '1') return std::nullopt;
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int weight = (text[0] - '0') * 1000;
    int unit = 100;
    for (char const c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') return std::nullopt;
        weight += (c - '0') * unit;
        unit /= 10;
    }
    if (weight > 1000) return std::nullopt;
    return weight;
}

// How closely a range names an offer; 0: not at all.
int specificity(media_type const& range, std::string_view offer) noexcept
{
    if (range.is(offer)) return 3;
    if (range.essence == "*/*") return 1;
    bool const whole_type =
        range.essence.ends_with("/*") && iequals(range.type(), offer.substr(0, offer.find('/')));
    return whole_type ? 2 : 0;
}

struct preference {
    int weight = 0;
    int specificity = 0;
};

// What the most specific range that matches says of an offer.
preference preference_for(std::string_view offer, std::string_view accept)
{
    preference found;
    while (!accept.empty()) {
        auto const range = parse_media_type(next_element(accept));
        if (!range) continue;
        auto const closeness = specificity(*range, offer);
        if (closeness <= found.specificity) continue;
        auto const weight = parse_weight(range->parameter("q").value_or("1"));
        if (weight) found = {*weight, closeness};
    }
    return found;
}

}   // namespace

bool media_type::is(std::string_view other) const noexcept
{
    return iequals(essence, other);
}

std::string_view media_type::type() const noexcept
{
    return essence.substr(0, essence.find('/'));
}

std::optional<std::string> media_type::parameter(std::string_view name) const
{
    for (auto const& [key, value] : boost::beast::http::param_list{parameters})
        if (iequals(key, name)) return std::string{value};
    return std::nullopt;
}

std::optional<media_type> parse_media_type(std::string_view text) noexcept
{
    // What nearly every request says.
    if (text == "application/json") return media_type{text, {}};

    auto const end = std::min(text.find(';'), text.size());
    auto const essence = trim(text.substr(0, end));
    auto const slash = essence.find('/');
    if (slash == std::string_view::npos || !is_token(essence.substr(0, slash)) ||
        !is_token(essence.substr(slash + 1)))
        return std::nullopt;
    return media_type{essence, trim(text.substr(end))};
}

std::optional<std::size_t> negotiate(std::string_view accept,
                                     std::span<std::string_view const> offers)
{
    if (trim(accept).empty()) return offers.empty() ? std::nullopt : std::optional{std::size_t{0}};
    std::optional<std::size_t> best;
    preference best_preference;
    for (std::size_t at = 0; at < offers.size(); ++at) {
        auto const [weight, closeness] = preference_for(offers[at], accept);
        if (std::tie(weight, closeness) <=
            std::tie(best_preference.weight, best_preference.specificity))
            continue;
        if (weight == 0) continue;
        best = at;
        best_preference = {weight, closeness};
    }
    return best;
}

}   // namespace thump::net
