#include <thump/filter.hpp>

#include <core/type_tokens.hpp>

#include <algorithm>
#include <utility>

namespace thump {
namespace {

using core::next_token;

constexpr std::size_t max_type_bytes = 255;
constexpr std::size_t max_metadata_bytes = 1024;

constexpr bool is_token_char(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

// Percent-encodes what separates the parts of a filter's text, and what would end its line.
void append_escaped(std::string& out, std::string_view part)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    for (char const c : part) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte != 0x7f && c != '%' && c != '=' && c != '|') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 0xf];
        }
    }
}

error fault(std::string detail)
{
    return {make_error_code(errc::invalid_parameter), std::move(detail), {}, {}, {}};
}

}   // namespace

bool is_valid_type(std::string_view type) noexcept
{
    if (type.empty() || type.size() > max_type_bytes) return false;
    bool token_open = false;
    for (char const c : type) {
        if (c == '.') {
            if (!token_open) return false;
            token_open = false;
        } else {
            if (!is_token_char(c)) return false;
            token_open = true;
        }
    }
    return token_open;
}

result<type_pattern> type_pattern::parse(std::string_view text)
{
    auto const quoted = "type pattern '" + std::string{text.substr(0, max_type_bytes)} + "' ";
    if (text.empty()) return fault("a type pattern is empty");
    if (text.size() > max_type_bytes) return fault(quoted + "is longer than 255 bytes");
    if (text.back() == '.') return fault(quoted + "ends in a dot");
    for (auto rest = text; !rest.empty();) {
        auto const token = next_token(rest);
        if (token.empty()) return fault(quoted + "has an empty token");
        if (token == "*") continue;
        if (token == ">") {
            if (!rest.empty()) return fault(quoted + "has '>' before its end");
            continue;
        }
        if (!std::ranges::all_of(token, is_token_char))
            return fault(
                quoted + "has the token '" + std::string{token} +
                "', which is neither '*', nor '>', nor made of letters, digits, '_' and '-'");
    }
    return type_pattern{text};
}

bool type_pattern::matches(std::string_view type) const noexcept
{
    std::string_view pattern = text_;
    while (!pattern.empty()) {
        if (type.empty()) return false;
        auto const wanted = next_token(pattern);
        if (wanted == ">") return true;
        auto const token = next_token(type);
        if (wanted != "*" && wanted != token) return false;
    }
    return type.empty();
}

filter::filter() : patterns_{type_pattern::parse(">").value()} {}

result<filter> filter::make(std::span<std::string const> patterns,
                            std::span<metadata_condition const> conditions)
{
    if (patterns.size() > max_type_patterns) return fault("there are more than 64 type patterns");
    if (conditions.size() > max_metadata_conditions)
        return fault("there are more than 32 metadata conditions");

    filter made;
    if (!patterns.empty()) made.patterns_.clear();
    for (auto const& text : patterns) {
        auto pattern = type_pattern::parse(text);
        if (!pattern) return pattern.error();
        made.patterns_.push_back(std::move(*pattern));
    }
    std::ranges::sort(made.patterns_, {}, &type_pattern::text);
    made.patterns_.erase(std::unique(made.patterns_.begin(), made.patterns_.end()),
                         made.patterns_.end());

    // Conditions on the same key are alternatives of one another.
    for (auto const& condition : conditions) {
        if (condition.key.empty()) return fault("a metadata condition has an empty key");
        if (condition.key.size() > max_metadata_bytes)
            return fault("a metadata key is longer than 1,024 bytes");
        if (condition.any_of.empty())
            return fault("the condition on metadata key '" + condition.key + "' has no value");
        auto at = std::ranges::find(made.conditions_, condition.key, &metadata_condition::key);
        if (at == made.conditions_.end()) at = made.conditions_.insert(at, {condition.key, {}});
        at->any_of.insert(at->any_of.end(), condition.any_of.begin(), condition.any_of.end());
    }
    std::ranges::sort(made.conditions_, {}, &metadata_condition::key);
    for (auto& [key, values] : made.conditions_) {
        std::ranges::sort(values);
        values.erase(std::unique(values.begin(), values.end()), values.end());
        if (values.size() > max_condition_values)
            return fault("metadata key '" + key + "' has more than 64 values");
        for (auto const& value : values)
            if (value.size() > max_metadata_bytes)
                return fault("a value of metadata key '" + key + "' is longer than 1,024 bytes");
    }
    return made;
}

bool filter::matches_type(std::string_view type) const noexcept
{
    return std::ranges::any_of(patterns_, [&](auto const& p) { return p.matches(type); });
}

bool filter::matches_metadata(metadata const& m) const noexcept
{
    return std::ranges::all_of(conditions_, [&](metadata_condition const& c) {
        auto const found = m.find(c.key);
        return found != m.end() && std::ranges::binary_search(c.any_of, found->second);
    });
}

bool filter::matches(event const& e) const noexcept
{
    return matches_type(e.type) && matches_metadata(e.metadata);
}

std::string filter::to_string() const
{
    std::string text;
    for (auto const& pattern : patterns_) {
        if (!text.empty()) text += ',';
        text += pattern.text();
    }
    for (auto const& [key, values] : conditions_) {
        text += " meta.";
        append_escaped(text, key);
        for (char separator = '='; auto const& value : values) {
            text += std::exchange(separator, '|');
            append_escaped(text, value);
        }
    }
    return text;
}

}   // namespace thump
