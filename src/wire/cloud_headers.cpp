#include <wire/cloud_headers.hpp>

#include <wire/cloud_event_builder.hpp>
#include <wire/cloud_event_reader.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>
#include <wire/json_unescape.hpp>
#include <wire/utf8.hpp>

#include <optional>
#include <string>
#include <utility>

namespace thump::wire {
namespace {

constexpr std::string_view prefix = "ce-";

error fault(errc code, std::string detail)
{
    return {make_error_code(code), std::move(detail), {}, {}, {}};
}

std::string lower(std::string_view text)
{
    std::string made{text};
    for (auto& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return made;
}

// What a quoted-string means (RFC 9110, section 5.6.4); other text as it is.
std::string unquote(std::string_view text)
{
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string{text};
    std::string made;
    for (auto inner = text.substr(1, text.size() - 2); !inner.empty(); inner.remove_prefix(1)) {
        if (inner.front() == '\\' && inner.size() > 1) inner.remove_prefix(1);
        made += inner.front();
    }
    return made;
}

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string made;
    made.reserve(text.size());
    while (!text.empty()) {
        if (text.front() != '%') {
            made += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3 || hex_value(text[1]) < 0 || hex_value(text[2]) < 0)
            return std::nullopt;
        made += static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
        text.remove_prefix(3);
    }
    return made;
}

result<void> read_field(std::string_view name, std::string_view text, cloud_event_builder& to)
{
    auto const value = percent_decode(unquote(text));
    if (!value) return fault(errc::invalid_attribute, "its percent-encoding is broken");
    if (!is_valid_utf8(*value)) return fault(errc::invalid_utf8, "it is not UTF-8");
    return to.set(name, *value);
}

// What the builder says of an attribute, said of its field.
error of_field(std::string_view name, error wrong)
{
    wrong.detail = "header 'ce-" + std::string{name} + "': " + wrong.detail;
    wrong.pointer.clear();
    return wrong;
}

result<void> read_json(std::string_view bytes, event_rules const& rules, cloud_event_builder& to)
{
    json_reader in{bytes};
    auto const read = read_cloud_data(in, rules, to);
    if (read && in.finish()) return {};
    auto why = read ? in.failure() : read.error();
    if (why.code == errc::invalid_json) why.code = make_error_code(errc::invalid_data);
    return why;
}

result<void> read_body(cloud_body const& body, event_rules const& rules, cloud_event_builder& to)
{
    if (body.bytes.empty()) return {};
    if (body.kind == body_kind::json) return read_json(body.bytes, rules, to);
    if (!is_valid_utf8(body.bytes)) return fault(errc::invalid_utf8, "the text is not UTF-8");
    std::string data;
    append_json_string(data, body.bytes);
    to.set_data(std::move(data));
    return {};
}

// Pointers lead into the body, which is the data.
error of_message(error wrong)
{
    constexpr std::string_view data = "/data";
    bool const in_body = wrong.pointer == data || wrong.pointer.starts_with("/data/");
    wrong.pointer.erase(0, in_body ? data.size() : wrong.pointer.size());
    return wrong;
}

}   // namespace

result<event> parse_cloud_message(std::span<cloud_header const> fields, cloud_body const& body,
                                  event_rules const& rules)
{
    cloud_event_builder made{rules};
    for (auto const& [field, value] : fields) {
        auto name = lower(field);
        if (!name.starts_with(prefix)) continue;
        name.erase(0, prefix.size());
        if (name == "datacontenttype") continue;
        if (auto good = read_field(name, value, made); !good) return of_field(name, good.error());
    }
    if (!body.content_type.empty())
        if (auto good = made.set("datacontenttype", body.content_type); !good)
            return of_message(good.error());
    if (auto good = read_body(body, rules, made); !good) return good.error();
    auto e = made.finish();
    return e ? std::move(e) : of_message(std::move(e).error());
}

}   // namespace thump::wire
