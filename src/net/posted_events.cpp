#include <net/posted_events.hpp>

#include <net/media_type.hpp>
#include <wire/cloud_event_reader.hpp>
#include <wire/cloud_headers.hpp>
#include <wire/event_json.hpp>
#include <wire/json_syntax.hpp>

#include <boost/beast/core/string.hpp>

#include <optional>
#include <utility>

namespace thump::net {
namespace {

using boost::beast::iequals;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view structured_prefix = "application/cloudevents";
constexpr std::string_view batch_prefix = "application/cloudevents-batch";

error unsupported()
{
    return {make_error_code(errc::unsupported_media_type), {}, {}, {}, {}};
}

bool has_prefix(std::string_view text, std::string_view prefix) noexcept
{
    return iequals(text.substr(0, prefix.size()), prefix);
}

bool has_suffix(std::string_view text, std::string_view suffix) noexcept
{
    return text.size() > suffix.size() && iequals(text.substr(text.size() - suffix.size()), suffix);
}

// How data of a type is carried; nothing where it is neither JSON nor text.
std::optional<wire::body_kind> kind_of(media_type const& type) noexcept
{
    if (type.is(json_type) || type.is("text/json") || has_suffix(type.essence, "+json"))
        return wire::body_kind::json;
    for (auto const text : {"application/xml", "application/yaml"})
        if (type.is(text)) return wire::body_kind::text;
    if (has_prefix(type.essence, "text/") || has_suffix(type.essence, "+xml") ||
        has_suffix(type.essence, "+yaml"))
        return wire::body_kind::text;
    return std::nullopt;
}

result<std::vector<event>> alone(result<event> e)
{
    if (!e) return std::move(e).error();
    std::vector<event> one;
    one.push_back(std::move(*e));
    return one;
}

result<std::vector<event>> read_binary(http_request const& request, std::string_view content_type,
                                       media_type const& type, wire::event_rules const& rules)
{
    auto const kind = kind_of(type);
    if (!kind) return unsupported();
    std::vector<wire::cloud_header> fields;
    for (auto const& [name, value] : request.fields)
        fields.push_back({name, value});
    return alone(wire::parse_cloud_message(fields, {*kind, content_type, request.body}, rules));
}

// A text that is not even JSON is better told so.
result<std::vector<event>> or_syntax_fault(result<std::vector<event>> events, std::string_view body,
                                           wire::event_rules const& rules)
{
    if (events || events.error().offset || events.error().code == errc::empty_body) return events;
    if (auto fault = wire::find_syntax_fault(body, rules.max_json_depth)) return *std::move(fault);
    return events;
}

}   // namespace

result<std::vector<event>> read_posted_events(http_request const& request,
                                              wire::event_rules const& rules)
{
    auto const given = request.field("Content-Type").value_or("");
    auto const type = parse_media_type(given.empty() ? json_type : given);
    if (!type) return unsupported();
    if (auto const charset = type->parameter("charset"); charset && !iequals(*charset, "utf-8"))
        return unsupported();

    auto const& body = request.body;
    if (has_prefix(given, batch_prefix)) {
        if (!type->is("application/cloudevents-batch+json")) return unsupported();
        return or_syntax_fault(wire::parse_cloud_batch(body, rules), body, rules);
    }
    if (has_prefix(given, structured_prefix)) {
        if (!type->is("application/cloudevents+json")) return unsupported();
        return or_syntax_fault(alone(wire::parse_cloud_event(body, rules)), body, rules);
    }
    if (type->is("application/x-ndjson") || type->is("application/ndjson"))
        return wire::parse_ndjson(body, rules);
    if (request.field("ce-specversion")) return read_binary(request, given, *type, rules);
    if (type->is(json_type)) return or_syntax_fault(wire::parse_events(body, rules), body, rules);
    return unsupported();
}

}   // namespace thump::net
