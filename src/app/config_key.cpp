#include <app/config_key.hpp>

#include <app/duration_text.hpp>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

namespace thump::app {
namespace json = boost::json;
namespace {

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

bool assign_value(config& c, integer_kind const& kind, json::value const& v)
{
    boost::system::error_code ec;
    auto const n = v.to_number<std::size_t>(ec);
    if (ec || v.is_double() || n < kind.min || n > kind.max) return false;
    *kind.at(c) = n;
    return true;
}

template <class Duration>
bool assign_value(config& c, duration_kind<Duration> const& kind, json::value const& v)
{
    auto const* const text = v.if_string();
    auto const d = text ? parse_duration(*text) : std::nullopt;
    if (!d || *d < kind.min || *d > kind.max) return false;
    auto const whole = std::chrono::floor<Duration>(*d);
    if (whole != *d) return false;
    *kind.at(c) = whole;
    return true;
}

bool assign_value(config& c, flag_kind const& kind, json::value const& v)
{
    if (!v.is_bool()) return false;
    *kind.at(c) = v.get_bool();
    return true;
}

bool assign_value(config& c, text_kind const& kind, json::value const& v)
{
    auto const* const text = v.if_string();
    if (!text || !kind.valid(*text)) return false;
    kind.at(c)->assign(text->begin(), text->end());
    return true;
}

bool assign_value(config& c, list_kind const& kind, json::value const& v)
{
    auto const* const array = v.if_array();
    if (!array) return false;
    std::vector<std::string> list;
    for (auto const& element : *array) {
        auto const* const text = element.if_string();
        if (!text || !kind.valid(*text)) return false;
        list.emplace_back(text->begin(), text->end());
    }
    *kind.at(c) = std::move(list);
    return true;
}

bool assign_value(config& c, choice_kind const& kind, json::value const& v)
{
    auto const* const text = v.if_string();
    if (!text) return false;
    auto const found = std::ranges::find(kind.names, std::string_view{*text});
    if (found == kind.names.end()) return false;
    kind.store(c, static_cast<std::size_t>(found - kind.names.begin()));
    return true;
}

// Bare text as the JSON value that it stands for; a string where it stands for none.
json::value from_text(integer_kind const&, std::string_view text)
{
    std::uint64_t n = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, ec] = std::from_chars(text.data(), end, n);
    if (ec == std::errc{} && rest == end) return n;
    return json::string{text};
}

json::value from_text(flag_kind const&, std::string_view text)
{
    if (text == "true") return true;
    if (text == "false") return false;
    return json::string{text};
}

json::value from_text(list_kind const&, std::string_view text)
{
    json::array list;
    if (text.empty()) return list;
    std::vector<std::string> parts;
    boost::algorithm::split(parts, text, boost::algorithm::is_any_of(","));
    list.insert(list.end(), parts.begin(), parts.end());
    return list;
}

template <class Kind>
json::value from_text(Kind const&, std::string_view text)
{
    return json::string{text};
}

std::string choices(std::span<std::string_view const> names)
{
    return "one of " +
           boost::algorithm::join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

}   // namespace

std::string path(config_key const& key)
{
    return std::string{key.section}.append(".").append(key.name);
}

std::string variable(config_key const& key)
{
    auto const name = "THUMP_" + std::string{key.section} + "_" + std::string{key.name};
    return boost::algorithm::to_upper_copy(name);
}

std::string expected(config_key const& key)
{
    return std::visit(
        overloaded{
            [](integer_kind const& k) {
                return "an integer from " + std::to_string(k.min) + " to " + std::to_string(k.max);
            },
            []<class Duration>(duration_kind<Duration> const& k) {
                return "a duration from " + to_text(k.min) + " to " + to_text(k.max) +
                       ", as in \"10s\"";
            },
            [](flag_kind const&) { return std::string{"true or false"}; },
            [](text_kind const& k) { return std::string{k.form}; },
            [](list_kind const& k) { return "an array, each element " + std::string{k.form}; },
            [](choice_kind const& k) { return choices(k.names); },
        },
        key.kind);
}

bool assign(config& c, config_key const& key, json::value const& v)
{
    return std::visit([&](auto const& kind) { return assign_value(c, kind, v); }, key.kind);
}

bool assign(config& c, config_key const& key, std::string_view text)
{
    return std::visit(
        [&](auto const& kind) { return assign_value(c, kind, from_text(kind, text)); }, key.kind);
}

json::value show(config& c, config_key const& key)
{
    return std::visit(
        overloaded{
            [&](integer_kind const& k) -> json::value { return *k.at(c); },
            [&]<class Duration>(duration_kind<Duration> const& k) -> json::value {
                return json::string{to_text(*k.at(c))};
            },
            [&](flag_kind const& k) -> json::value { return *k.at(c); },
            [&](text_kind const& k) -> json::value { return json::string{*k.at(c)}; },
            [&](list_kind const& k) -> json::value {
                return json::array(k.at(c)->begin(), k.at(c)->end());
            },
            [&](choice_kind const& k) -> json::value { return json::string{k.names[k.load(c)]}; },
        },
        key.kind);
}

}   // namespace thump::app
