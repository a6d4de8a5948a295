// Grammar (of JSON see json_reader.cpp):
//
//     event  = "{" [ member *( "," member ) ] "}"     ; each member once, in any order
//     member = '"type":' string                      ; required
//            / '"id":' string / '"timestamp":' string / '"message":' string / '"source":' string
//            / '"metadata":' "{" [ string ":" string *( "," string ":" string ) ] "}"
//            / '"data":' value
//     events = event / "[" event *( "," event ) "]"
//     ndjson = *( [ event ] ( LF / CRLF ) ) [ event ]
//
// What the broker writes has '"seq":' number besides, which it does not read.
#include <wire/event_json.hpp>

#include <wire/event_array.hpp>
#include <wire/json_pointer.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>
#include <wire/rfc3339.hpp>

#include <utility>

namespace thump::wire {
namespace {

enum class field : unsigned { type, id, timestamp, message, metadata, source, data, seq, unknown };

constexpr std::string_view field_names[] = {"type",     "id",     "timestamp", "message",
                                            "metadata", "source", "data",      "seq"};

constexpr field field_of(std::string_view name) noexcept
{
    unsigned i = 0;
    while (i != std::size(field_names) && field_names[i] != name)
        ++i;
    return static_cast<field>(i);
}

error fault(errc code, std::string detail)
{
    return {make_error_code(code), std::move(detail), {}, {}, {}};
}

// Reads one event. Pointers of its errors are made on the way out, from the inside.
class event_parser {
public:
    event_parser(json_reader& in, event_rules const& rules) noexcept : in_{in}, rules_{rules} {}

    result<event> run()
    {
        if (auto const kind = in_.peek(); kind != json_kind::object) return not_an_object(kind);
        auto const start = in_.offset();
        in_.begin();
        for (std::string_view name; in_.next_member(name);)
            if (auto good = read_member(name); !good) return std::move(good).error();
        if (in_.failed()) return in_.failure();
        if (!seen(field::type)) return missing_type();
        if (in_.offset() - start > rules_.max_event_bytes) return too_large();
        return std::move(made_);
    }

private:
    [[nodiscard]] bool seen(field f) const noexcept
    {
        return (seen_ >> static_cast<unsigned>(f) & 1) != 0;
    }

    error not_an_object(json_kind kind)
    {
        std::string_view rest;
        if (kind == json_kind::none && !in_.skip_value(0, rest)) return in_.failure();
        return fault(errc::wrong_json_type,
                     "an event must be an object, not " + std::string{to_string(kind)});
    }

    static error missing_type()
    {
        auto made = fault(errc::missing_field, "the event has no 'type'");
        append_pointer(made.pointer, "type");
        return made;
    }

    error too_large() const
    {
        return fault(errc::event_too_large, "the event is larger than " +
                                                std::to_string(rules_.max_event_bytes) + " bytes");
    }

    result<void> read_member(std::string_view name)
    {
        auto const f = field_of(name);
        if (f == field::unknown) return unknown(name);
        auto const mark = 1u << static_cast<unsigned>(f);
        auto good = std::exchange(seen_, seen_ | mark) & mark ? repeated(name) : read_field(f);
        if (!good) return inside(field_name(f), good.error());
        return good;
    }

    static std::string_view field_name(field f) noexcept
    {
        return field_names[static_cast<unsigned>(f)];
    }

    static error inside(std::string_view name, error wrong)
    {
        auto const inner = std::exchange(wrong.pointer, {});
        append_pointer(wrong.pointer, name);
        wrong.pointer += inner;
        return wrong;
    }

    static error unknown(std::string_view name)
    {
        auto made = fault(errc::unknown_field, "an event has no field " + quoted(name));
        append_pointer(made.pointer, name);
        return made;
    }

    static error repeated(std::string_view name)
    {
        return fault(errc::duplicate_key, quoted(name) + " stands there twice");
    }

    result<void> read_field(field f)
    {
        switch (f) {
        case field::type:
            return read_string(f, made_.type, [&](auto type) { return check_type(type, rules_); });
        case field::id:
            return read_string(f, made_.id, check_id);
        case field::timestamp:
            return read_timestamp();
        case field::message:
            return read_string(f, made_.message, [](auto) { return result<void>{}; });
        case field::metadata:
            return read_metadata();
        case field::source:
            return read_string(f, made_.source, check_source);
        case field::data:
            return read_data();
        case field::seq:
        case field::unknown:
            break;
        }
        return fault(errc::unknown_field, "'seq' is given by the broker, not by a publisher");
    }

    result<void> expect(json_kind wanted, std::string_view name)
    {
        auto const kind = in_.peek();
        if (kind == wanted) return {};
        std::string_view rest;
        if (kind == json_kind::none && !in_.skip_value(0, rest)) return in_.failure();
        return fault(errc::wrong_json_type, quoted(name) + " must be " +
                                                std::string{to_string(wanted)} + ", not " +
                                                std::string{to_string(kind)});
    }

    result<void> string_value(std::string_view name, std::string_view& value)
    {
        if (auto good = expect(json_kind::string, name); !good) return good;
        if (!in_.read_string(value)) return in_.failure();
        return {};
    }

    template <class Rule>
    result<void> read_string(field f, std::string& to, Rule rule)
    {
        std::string_view value;
        if (auto good = string_value(field_name(f), value); !good) return good;
        to = value;
        return rule(to);
    }

    result<void> read_timestamp()
    {
        std::string_view value;
        if (auto good = string_value("timestamp", value); !good) return good;
        made_.timestamp = parse_time_point(value);
        if (!made_.timestamp)
            return fault(errc::invalid_timestamp,
                         "the timestamp " + quoted(value) + " is no RFC 3339 date-time");
        return {};
    }

    result<void> read_metadata()
    {
        if (auto good = expect(json_kind::object, "metadata"); !good) return good;
        in_.begin();
        for (std::string_view name; in_.next_member(name);) {
            if (auto good = check_metadata_key(name, made_.metadata.size()); !good) return good;
            if (made_.metadata.empty()) made_.metadata.reserve(usual_entries);
            auto const [at, fresh] = made_.metadata.try_emplace(std::string{name});
            auto const good = fresh ? read_entry(*at) : repeated(name);
            if (!good) return inside(at->first, good.error());
        }
        if (in_.failed()) return in_.failure();
        return {};
    }

    result<void> read_entry(metadata::value_type& entry)
    {
        std::string_view value;
        if (auto good = string_value(entry.first, value); !good) return good;
        entry.second = value;
        return {};
    }

    result<void> read_data()
    {
        std::string_view text;
        if (!in_.skip_value(rules_.max_json_depth, text, rules_.max_event_bytes))
            return in_.failure();
        append_in_one_line(made_.data, text);
        return {};
    }

    static constexpr std::size_t usual_entries = 4;

    json_reader& in_;
    event_rules const& rules_;
    event made_;
    unsigned seen_ = 0;   // a bit for each field
};

error nothing_there()
{
    return fault(errc::empty_body, "there is no event");
}

void append_metadata(std::string& out, metadata const& entries)
{
    out += '{';
    for (bool first = true; auto const& [key, value] : entries) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, key);
        out += ':';
        append_json_string(out, value);
    }
    out += '}';
}

}   // namespace

void append_event(std::string& out, event const& e)
{
    out += R"({"seq":)";
    append_decimal(out, e.seq);
    out += R"(,"id":)";
    append_json_string(out, e.id);
    out += R"(,"type":)";
    append_json_string(out, e.type);
    if (e.timestamp) {
        out += R"(,"timestamp":")";
        append_rfc3339(out, *e.timestamp);
        out += '"';
    }
    out += R"(,"message":)";
    append_json_string(out, e.message);
    out += R"(,"metadata":)";
    append_metadata(out, e.metadata);
    if (!e.source.empty()) {
        out += R"(,"source":)";
        append_json_string(out, e.source);
    }
    if (!e.data.empty()) {
        out += R"(,"data":)";
        append_in_one_line(out, e.data);
    }
    out += '}';
}

result<event> read_event(json_reader& in, event_rules const& rules)
{
    return event_parser{in, rules}.run();
}

result<event> parse_event(std::string_view json, event_rules const& rules)
{
    json_reader in{json};
    if (in.peek() == json_kind::none && in.offset() == json.size()) return nothing_there();
    auto made = read_event(in, rules);
    if (made && !in.finish()) return in.failure();
    return made;
}

result<std::vector<event>> parse_events(std::string_view json, event_rules const& rules)
{
    json_reader in{json};
    if (in.peek() != json_kind::array) {
        auto made = parse_event(json, rules);
        if (!made) return std::move(made).error();
        std::vector<event> one;
        one.push_back(std::move(*made));
        return one;
    }
    auto made = read_event_array(in, [&] { return read_event(in, rules); });
    if (made && made->empty()) return nothing_there();
    if (made && !in.finish()) return in.failure();
    return made;
}

result<std::vector<event>> parse_ndjson(std::string_view body, event_rules const& rules)
{
    std::vector<event> made;
    for (std::size_t start = 0; start < body.size();) {
        auto const line = body.substr(start, body.find('\n', start) - start);
        auto e = parse_event(line, rules);
        if (e) {
            made.push_back(std::move(*e));
        } else if (auto wrong = std::move(e).error(); wrong.code != errc::empty_body) {
            if (wrong.offset) *wrong.offset += start;
            wrong.index = made.size();
            return wrong;
        }
        start += line.size() + 1;
    }
    if (made.empty()) return nothing_there();
    return made;
}

}   // namespace thump::wire
