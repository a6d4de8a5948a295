// Grammar:
//
//     batch = "[" event *( "," event ) "]"
//     event = '{"type":' string *( "," member ) "}"   ; for members see event_json.cpp
#include <client/publication.hpp>

#include <wire/event_rules.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>
#include <wire/rfc3339.hpp>

#include <string_view>

namespace thump::client_side {
namespace {

// The server's limits are its own to enforce: here stands what no server can allow.
constexpr event_limits widest{.max_event_bytes = std::size_t{1} << 20,
                              .max_json_depth = wire::max_json_nesting};

void append_text(std::string& out, std::string_view name, std::string_view value)
{
    if (value.empty()) return;
    out.append(",\"").append(name).append("\":");
    wire::append_json_string(out, value);
}

void append_metadata(std::string& out, metadata const& entries)
{
    if (entries.empty()) return;
    out += R"(,"metadata":{)";
    for (auto const& [key, value] : entries) {
        if (out.back() != '{') out += ',';
        wire::append_json_string(out, key);
        out += ':';
        wire::append_json_string(out, value);
    }
    out += '}';
}

void append(std::string& out, event const& e)
{
    out += R"({"type":)";
    wire::append_json_string(out, e.type);
    append_text(out, "id", e.id);
    if (e.timestamp) {
        out += R"(,"timestamp":")";
        wire::append_rfc3339(out, *e.timestamp);
        out += '"';
    }
    append_text(out, "message", e.message);
    append_metadata(out, e.metadata);
    append_text(out, "source", e.source);
    if (!e.data.empty()) {
        out += R"(,"data":)";
        wire::append_in_one_line(out, e.data);
    }
    out += '}';
}

}   // namespace

result<std::string> to_publication(event const& e)
{
    if (auto const good = wire::validate(e, widest); !good) return good.error();
    std::string text;
    append(text, e);
    return text;
}

result<std::string> to_publication(std::span<event const> events)
{
    if (events.empty())
        return error{make_error_code(errc::empty_body), "the batch holds no event", {}, {}, {}};
    std::string text = "[";
    for (std::size_t i = 0; i != events.size(); ++i) {
        if (auto const good = wire::validate(events[i], widest); !good) {
            auto wrong = good.error();
            wrong.index = i;
            return wrong;
        }
        if (i != 0) text += ',';
        append(text, events[i]);
    }
    text += ']';
    return text;
}

}   // namespace thump::client_side
