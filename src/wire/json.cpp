#include <thump/cloud_event.hpp>
#include <thump/json.hpp>

#include <wire/cloud_event.hpp>
#include <wire/cloud_event_reader.hpp>
#include <wire/control_json.hpp>
#include <wire/event_json.hpp>
#include <wire/server_record.hpp>

#include <utility>

namespace thump {

std::string to_json(event const& e)
{
    std::string text;
    wire::append_event(text, e);
    return text;
}

std::string to_json(gap const& g)
{
    std::string text;
    wire::append_gap(text, g);
    return text;
}

result<std::variant<event, gap>> parse_record_json(std::string_view text)
{
    auto record = wire::parse_server_record(text);
    if (!record) return std::move(record).error();
    if (auto* const e = std::get_if<event>(&*record)) return {std::move(*e)};
    if (auto const* const g = std::get_if<gap>(&*record)) return {*g};
    return error{make_error_code(errc::unknown_field),
                 "the record is neither an event nor a gap",
                 "/op",
                 {},
                 {}};
}

result<event> parse_event_json(std::string_view text, event_limits const& limits)
{
    return wire::parse_event(text, limits);
}

std::string to_cloud_event_json(event const& e)
{
    std::string text;
    wire::append_cloud_event(text, e);
    return text;
}

result<event> parse_cloud_event_json(std::string_view text, event_limits const& limits)
{
    return wire::parse_cloud_event(text, limits);
}

}   // namespace thump
