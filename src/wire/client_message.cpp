// Grammar (members in any order, each once; of JSON see json_reader.cpp, of event event_json.cpp):
//
//     message   = publish / subscribe / ping / event / cloud-event
//     publish   = '{"op":"publish","event":' ( event / cloud-event ) [ ',"ref":' value ] '}'
//     subscribe = '{"op":"subscribe"' *( "," option ) [ ',"ref":' value ] '}'
//     ping      = '{"op":"ping"' [ ',"ref":' value ] '}'
//     option    = name ":" ( string / number / boolean )   ; for names see stream_request.hpp
//               / ( '"types":' / '"meta.' KEY '":' ) strings
//               / '"meta":' "{" [ KEY ":" strings *( "," KEY ":" strings ) ] "}"
//     strings   = string / "[" [ string *( "," string ) ] "]"
//
// Of cloud-event see cloud_event_reader.cpp. Where every message is one, that with
// '"type":"thump.publish"', "thump.subscribe" or "thump.ping" has in its data what stands behind "op"
// above.
#include <wire/client_message.hpp>

#include <wire/cloud_event.hpp>
#include <wire/cloud_event_reader.hpp>
#include <wire/event_json.hpp>
#include <wire/event_rules.hpp>
#include <wire/json_pointer.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace thump::wire {
namespace {

constexpr std::size_t max_options = 64;
constexpr std::string_view condition_prefix = "meta.";

struct option {
    std::string name;
    std::string_view value;   // JSON
};

error fault(errc code, std::string detail, std::string_view field = {})
{
    error made{make_error_code(code), std::move(detail), {}, {}, {}};
    if (!field.empty()) append_pointer(made.pointer, field);
    return made;
}

// What the members of a message with `op` are.
struct members {
    std::optional<std::string> op;
    std::optional<event> published;
    message_ref ref;
    std::vector<option> options;
};

bool contains(members const& m, std::string_view name) noexcept
{
    return (name == "op" && m.op) || (name == "event" && m.published) || (name == "ref" && m.ref) ||
           std::ranges::find(m.options, name, &option::name) != m.options.end();
}

result<void> read_op(json_reader& in, members& m)
{
    if (auto const kind = in.peek(); kind != json_kind::string && kind != json_kind::none)
        return fault(errc::wrong_json_type,
                     "'op' must be a string, not " + std::string{to_string(kind)}, "op");
    std::string_view text;
    if (in.peek() == json_kind::none ? !in.skip_value(0, text) : !in.read_string(text))
        return in.failure();
    m.op = text;
    return {};
}

// The JSON of a member of the object that `text` is, as far as `text` is well-formed.
std::optional<std::string_view> find_member(std::string_view text, std::string_view name)
{
    json_reader in{text};
    if (in.peek() != json_kind::object) return std::nullopt;
    in.begin();
    for (std::string_view key; in.next_member(key);) {
        bool const found = key == name;
        std::string_view value;
        if (!in.skip_value(max_json_nesting, value)) break;
        if (found) return value;
    }
    return std::nullopt;
}

bool is_cloud_event(std::string_view text)
{
    return find_member(text, "specversion").has_value();
}

// Most events are no CloudEvents: what an event is, is only asked when it is not good.
result<event> read_any_event(json_reader& in, event_rules const& rules)
{
    auto const here = in;
    auto made = read_event(in, rules);
    if (made || made.error().code == errc::event_too_large) return made;
    auto again = here;
    std::string_view text;
    if (!again.skip_value(max_json_nesting, text) || !is_cloud_event(text)) return made;
    in = here;
    return read_cloud_event(in, rules);
}

result<void> read_published(json_reader& in, event_rules const& rules, members& m)
{
    auto made = read_any_event(in, rules);
    if (made) {
        m.published = *std::move(made);
        return {};
    }
    auto wrong = made.error();
    wrong.pointer.insert(0, "/event");
    return wrong;
}

result<void> read_ref(json_reader& in, members& m)
{
    std::string_view text;
    if (!in.skip_value(max_json_nesting, text)) return in.failure();
    if (text.size() > max_ref_bytes)
        return fault(errc::invalid_parameter, "'ref' is longer than 255 bytes of JSON", "ref");
    append_in_one_line(m.ref.emplace(), text);
    return {};
}

result<void> read_option(json_reader& in, std::string name, members& m)
{
    if (m.options.size() == max_options)
        return fault(errc::invalid_parameter, "there are more than 64 options");
    std::string_view text;
    if (!in.skip_value(max_json_nesting, text)) return in.failure();
    m.options.push_back({std::move(name), text});
    return {};
}

result<void> read_members(json_reader& in, event_rules const& rules, members& m)
{
    in.begin();
    for (std::string_view key; in.next_member(key);) {
        std::string name{key};
        if (contains(m, name))
            return fault(errc::duplicate_key, quoted(name) + " stands there twice", name);
        auto const good = name == "op"      ? read_op(in, m)
                          : name == "event" ? read_published(in, rules, m)
                          : name == "ref"   ? read_ref(in, m)
                                            : read_option(in, std::move(name), m);
        if (!good) return good;
    }
    if (in.failed() || !in.finish()) return in.failure();
    return {};
}

// Strings are good for every option, numbers and booleans where the option is one.
bool takes(std::string_view name, json_kind kind) noexcept
{
    constexpr std::string_view numbers[] = {"since", "until", "limit", "queue", "max_rate"};
    switch (kind) {
    case json_kind::string:
        return name != "meta";
    case json_kind::number:
        return std::ranges::find(numbers, name) != std::end(numbers);
    case json_kind::boolean:
        return name == "subscribe";
    case json_kind::array:
        return name == "types" || name.starts_with(condition_prefix);
    case json_kind::object:
        return name == "meta";
    case json_kind::null:
    case json_kind::none:
        break;
    }
    return false;
}

// Reads options into a request. The text of each has been read once, so it is well-formed.
class option_reader {
public:
    option_reader(stream_request_builder& to) noexcept : to_{to} {}

    result<void> read(std::string_view name, std::string_view json)
    {
        json_reader in{json};
        auto const kind = in.peek();
        if (!takes(name, kind) && name != "meta")
            if (auto const known = to_.set(name, {});
                !known && known.error().code == errc::unknown_parameter)
                return known;
        if (!takes(name, kind))
            return fault(errc::wrong_json_type,
                         quoted(name) + " cannot be " + std::string{to_string(kind)});
        switch (kind) {
        case json_kind::array:
            return read_strings(name, in);
        case json_kind::object:
            return read_conditions(in);
        case json_kind::string:
            return read_string(name, in);
        default:
            return to_.set(name, json);
        }
    }

private:
    result<void> read_string(std::string_view name, json_reader& in)
    {
        std::string_view value;
        if (!in.read_string(value)) return in.failure();
        return to_.set(name, value);
    }

    result<void> read_strings(std::string_view name, json_reader& in)
    {
        in.begin();
        bool any = false;
        while (in.next_element()) {
            any = true;
            if (auto const kind = in.peek(); kind != json_kind::string)
                return fault(errc::wrong_json_type, "an element of " + quoted(name) +
                                                        " must be a string, not " +
                                                        std::string{to_string(kind)});
            if (auto good = read_string(name, in); !good) return good;
        }
        // No types are all types; but no value would be any value where none was meant.
        if (!any && name.starts_with(condition_prefix))
            return fault(errc::invalid_parameter, quoted(name) + " has no value");
        return {};
    }

    result<void> read_conditions(json_reader& in)
    {
        in.begin();
        for (std::string_view key; in.next_member(key);) {
            auto const name = std::string{condition_prefix}.append(key);
            std::string_view value;
            if (!in.skip_value(max_json_nesting, value)) return in.failure();
            if (auto good = read(name, value); !good) return good;
        }
        return {};
    }

    stream_request_builder& to_;
};

error unknown_option(std::string_view op, std::string_view name)
{
    return fault(errc::unknown_field, "a " + std::string{op} + " has no field " + quoted(name),
                 name);
}

result<client_message> make_publish(members& m)
{
    if (!m.options.empty()) return unknown_option("publish", m.options.front().name);
    if (!m.published) return fault(errc::missing_field, "the publish has no 'event'", "event");
    return publish_message{*std::move(m.published), std::move(m.ref)};
}

result<client_message> make_ping(members& m)
{
    if (m.published) return unknown_option("ping", "event");
    if (!m.options.empty()) return unknown_option("ping", m.options.front().name);
    return ping_message{std::move(m.ref)};
}

result<client_message> make_subscribe(members& m, client_rules const& rules)
{
    if (m.published) return unknown_option("subscribe", "event");
    stream_request_builder builder{rules.subscriber_defaults, rules.max_queue,
                                   rules.cloud_events_only ? stream_format::cloudevents
                                                           : stream_format::thump};
    for (option_reader reader{builder}; auto const& [name, value] : m.options) {
        auto const good = reader.read(name, value);
        if (good) continue;
        auto wrong = good.error();
        if (wrong.code == errc::unknown_parameter) return unknown_option("subscribe", name);
        append_pointer(wrong.pointer, name);
        return wrong;
    }
    auto request = builder.finish();
    if (!request) return request.error();
    if (rules.cloud_events_only && request->format != stream_format::cloudevents)
        return fault(errc::invalid_parameter, "every message here is a CloudEvent", "format");
    return subscribe_message{*std::move(request), std::move(m.ref)};
}

result<client_message> make_message(members& m, client_rules const& rules)
{
    if (m.op == "publish") return make_publish(m);
    if (m.op == "subscribe") return make_subscribe(m, rules);
    if (m.op == "ping") return make_ping(m);
    return fault(errc::invalid_parameter,
                 "'op' is " + quoted(*m.op) + "; it must be 'publish', 'subscribe' or 'ping'",
                 "op");
}

// What a CloudEvent of that type asks for, if it asks for anything.
std::optional<std::string_view> requested_op(std::string_view type) noexcept
{
    if (!type.starts_with(control_prefix)) return std::nullopt;
    type.remove_prefix(control_prefix.size());
    if (type != "publish" && type != "subscribe" && type != "ping") return std::nullopt;
    return type;
}

// Where a message has its `ref`: of CloudEvents only requests have one.
std::string_view holder_of_ref(std::string_view text, client_rules const& rules)
{
    if (!is_cloud_event(text)) return text;
    if (!rules.cloud_events_only) return {};
    json_reader in{find_member(text, "type").value_or("")};
    std::string_view type;
    if (in.peek() != json_kind::string || !in.read_string(type) || !requested_op(type)) return {};
    return find_member(text, "data").value_or("");
}

message_ref find_ref(std::string_view text, client_rules const& rules)
{
    auto const found = find_member(holder_of_ref(text, rules), "ref");
    if (!found || found->size() > max_ref_bytes) return std::nullopt;
    message_ref ref;
    append_in_one_line(ref.emplace(), *found);
    return ref;
}

bool begins_with_op(std::string_view text)
{
    json_reader in{text};
    if (in.peek() != json_kind::object) return false;
    in.begin();
    std::string_view key;
    return in.next_member(key) && key == "op";
}

result<client_message> parse_control(std::string_view text, client_rules const& rules)
{
    json_reader in{text};
    (void)in.peek();
    members m;
    if (auto const good = read_members(in, rules.events, m); !good) return good.error();
    return make_message(m, rules);
}

// A request whose members are the data of a CloudEvent.
result<client_message> parse_request(std::string_view op, std::string_view data,
                                     client_rules const& rules)
{
    json_reader in{data.empty() ? "{}" : data};
    if (auto const kind = in.peek(); kind != json_kind::object)
        return fault(errc::wrong_json_type, "the data of a request must be an object, not " +
                                                std::string{to_string(kind)});
    members m;
    if (auto const good = read_members(in, rules.events, m); !good) return good.error();
    if (m.op && *m.op != op)
        return fault(errc::invalid_parameter, "'op' is another than the type says", "op");
    m.op = op;
    return make_message(m, rules);
}

result<client_message> parse_cloud(std::string_view text, client_rules const& rules)
{
    auto e = parse_cloud_event(text, rules.events);
    if (!e && !is_cloud_event(text) && find_member(text, "op")) return parse_control(text, rules);
    if (!e) return std::move(e).error();
    auto const op = rules.cloud_events_only ? requested_op(e->type) : std::nullopt;
    if (!op) return publish_message{*std::move(e), {}};
    auto made = parse_request(*op, e->data, rules);
    if (made) return made;
    auto wrong = made.error();
    wrong.pointer.insert(0, "/data");
    wrong.offset.reset();
    return wrong;
}

// Events are what comes most, so a message is read as one first, and what it is instead is only
// asked when that fails.
result<client_message> parse_message(std::string_view text, client_rules const& rules)
{
    if (begins_with_op(text)) return parse_control(text, rules);
    if (rules.cloud_events_only) return parse_cloud(text, rules);
    auto e = parse_event(text, rules.events);
    if (e) return publish_message{*std::move(e), {}};
    if (is_cloud_event(text)) return parse_cloud(text, rules);
    if (find_member(text, "op")) return parse_control(text, rules);
    auto const wrong = e.error();
    if (wrong.code == errc::missing_field && wrong.pointer == "/type")
        return fault(errc::missing_field, "the message has neither 'op' nor 'type'");
    return wrong;
}

}   // namespace

boost::system::result<client_message, message_error> parse_client_message(std::string_view text,
                                                                          client_rules const& rules)
{
    auto made = parse_message(text, rules);
    if (!made) return message_error{made.error(), find_ref(text, rules)};
    return *std::move(made);
}

}   // namespace thump::wire
