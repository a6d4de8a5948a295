// Grammar: that of control_json.cpp, but that members may come in any order, and that there may be
// others:
//
//     record = event / control
//     event  = "{" *( member "," ) '"type":' string ',"seq":' number *( "," member ) "}"
//     control = "{" *( member "," ) '"op":' string *( "," member ) "}"
#include <wire/server_record.hpp>

#include <wire/json_pointer.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>

#include <thump/time_point.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace thump::wire {
namespace {

// Whatever members a record may have. An event's `id` and `seq` are also those of control records.
struct fields {
    std::string op;
    event e;
    std::string epoch;
    std::string reason;
    std::string error;
    thump::error place;
    gap lost;
    std::uint64_t subscriber = 0;
    message_ref ref;
    std::uint32_t seen = 0;   // a bit for each row of `members`
};

error fault(errc code, std::string detail)
{
    return {make_error_code(code), std::move(detail), {}, {}, {}};
}

result<void> expect(json_reader& in, json_kind wanted)
{
    auto const kind = in.peek();
    if (kind == wanted) return {};
    std::string_view rest;
    if (kind == json_kind::none && !in.skip_value(0, rest)) return in.failure();
    return fault(errc::wrong_json_type, "expected " + std::string{to_string(wanted)} + ", not " +
                                            std::string{to_string(kind)});
}

result<void> read(json_reader& in, std::string& to)
{
    if (auto good = expect(in, json_kind::string); !good) return good;
    std::string_view value;
    if (!in.read_string(value)) return in.failure();
    to = value;
    return {};
}

result<void> read(json_reader& in, std::uint64_t& to)
{
    if (auto good = expect(in, json_kind::number); !good) return good;
    std::string_view text;
    if (!in.skip_value(0, text)) return in.failure();
    auto const* const end = text.data() + text.size();
    auto const [at, ec] = std::from_chars(text.data(), end, to);
    if (ec != std::errc{} || at != end)
        return fault(errc::wrong_json_type, quoted(text) + " is no whole number of 64 bits");
    return {};
}

result<void> read(json_reader& in, bool& to)
{
    if (auto good = expect(in, json_kind::boolean); !good) return good;
    std::string_view text;
    if (!in.skip_value(0, text)) return in.failure();
    to = text == "true";
    return {};
}

result<void> read_text(json_reader& in, std::string& to)
{
    std::string_view text;
    if (!in.skip_value(max_json_nesting, text)) return in.failure();
    to.clear();
    append_in_one_line(to, text);
    return {};
}

result<void> read(json_reader& in, std::optional<std::size_t>& to)
{
    std::uint64_t value = 0;
    if (auto good = read(in, value); !good) return good;
    to = value;
    return {};
}

result<void> read_timestamp(json_reader& in, std::optional<time_point>& to)
{
    std::string text;
    if (auto good = read(in, text); !good) return good;
    to = parse_time_point(text);
    if (!to) return fault(errc::invalid_timestamp, quoted(text) + " is no RFC 3339 date-time");
    return {};
}

result<void> read_metadata(json_reader& in, metadata& to)
{
    if (auto good = expect(in, json_kind::object); !good) return good;
    in.begin();
    for (std::string_view name; in.next_member(name);) {
        auto& value = to[std::string{name}];
        if (auto good = read(in, value); !good) return good;
    }
    if (in.failed()) return in.failure();
    return {};
}

struct member {
    std::string_view name;
    result<void> (*read)(json_reader&, fields&);
};

constexpr member members[] = {
    {"seq", [](json_reader& in, fields& f) { return read(in, f.e.seq); }},
    {"id", [](json_reader& in, fields& f) { return read(in, f.e.id); }},
    {"type", [](json_reader& in, fields& f) { return read(in, f.e.type); }},
    {"timestamp", [](json_reader& in, fields& f) { return read_timestamp(in, f.e.timestamp); }},
    {"message", [](json_reader& in, fields& f) { return read(in, f.e.message); }},
    {"metadata", [](json_reader& in, fields& f) { return read_metadata(in, f.e.metadata); }},
    {"source", [](json_reader& in, fields& f) { return read(in, f.e.source); }},
    {"data", [](json_reader& in, fields& f) { return read_text(in, f.e.data); }},
    {"op", [](json_reader& in, fields& f) { return read(in, f.op); }},
    {"ref", [](json_reader& in, fields& f) { return read_text(in, f.ref.emplace()); }},
    {"epoch", [](json_reader& in, fields& f) { return read(in, f.epoch); }},
    {"oldest", [](json_reader& in, fields& f) { return read(in, f.lost.oldest); }},
    {"subscriber", [](json_reader& in, fields& f) { return read(in, f.subscriber); }},
    {"from", [](json_reader& in, fields& f) { return read(in, f.lost.from); }},
    {"to", [](json_reader& in, fields& f) { return read(in, f.lost.to); }},
    {"dropped", [](json_reader& in, fields& f) { return read(in, f.lost.dropped); }},
    {"bytes", [](json_reader& in, fields& f) { return read(in, f.lost.bytes); }},
    {"reason", [](json_reader& in, fields& f) { return read(in, f.reason); }},
    {"recoverable", [](json_reader& in, fields& f) { return read(in, f.lost.recoverable); }},
    {"error", [](json_reader& in, fields& f) { return read(in, f.error); }},
    {"detail", [](json_reader& in, fields& f) { return read(in, f.place.detail); }},
    {"pointer", [](json_reader& in, fields& f) { return read(in, f.place.pointer); }},
    {"offset", [](json_reader& in, fields& f) { return read(in, f.place.offset); }},
    {"index", [](json_reader& in, fields& f) { return read(in, f.place.index); }},
};

constexpr std::uint32_t mark_of(std::string_view name) noexcept
{
    auto const* const found = std::ranges::find(members, name, &member::name);
    return found == std::end(members) ? 0 : std::uint32_t{1} << (found - members);
}

error inside(std::string_view name, error wrong)
{
    std::string pointer;
    append_pointer(pointer, name);
    wrong.pointer.insert(0, pointer);
    return wrong;
}

result<void> read_member(json_reader& in, std::string_view name, fields& f)
{
    auto const* const found = std::ranges::find(members, name, &member::name);
    if (found == std::end(members)) {
        std::string_view unknown;
        if (!in.skip_value(max_json_nesting, unknown)) return in.failure();
        return {};
    }
    auto const mark = std::uint32_t{1} << (found - members);
    if ((std::exchange(f.seen, f.seen | mark) & mark) != 0)
        return inside(found->name,
                      fault(errc::duplicate_key, quoted(found->name) + " stands there twice"));
    if (auto good = found->read(in, f); !good) return inside(found->name, good.error());
    return {};
}

result<void> read_fields(json_reader& in, fields& f)
{
    if (auto good = expect(in, json_kind::object); !good) return good;
    in.begin();
    for (std::string_view name; in.next_member(name);)
        if (auto good = read_member(in, name, f); !good) return good;
    if (in.failed()) return in.failure();
    return {};
}

result<void> need(fields const& f, std::initializer_list<std::string_view> names)
{
    for (auto const name : names)
        if ((f.seen & mark_of(name)) == 0)
            return inside(name, fault(errc::missing_field, "the record has no " + quoted(name)));
    return {};
}

result<event> to_event(fields&& f)
{
    if (auto good = need(f, {"type", "seq"}); !good) return good.error();
    return std::move(f.e);
}

result<gap> to_gap(fields&& f)
{
    if (auto good = need(f, {"from", "to", "dropped", "reason"}); !good) return good.error();
    for (auto const reason :
         {gap_reason::conflated, gap_reason::subscription_ended, gap_reason::expired,
          gap_reason::queue_full, gap_reason::history_overrun, gap_reason::cursor_expired})
        if (f.reason == to_string(reason)) {
            f.lost.reason = reason;
            return f.lost;
        }
    return inside("reason",
                  fault(errc::invalid_parameter, quoted(f.reason) + " is no reason of a gap"));
}

result<server_record> to_control(fields&& f)
{
    auto const made = [&f](std::initializer_list<std::string_view> needed,
                           auto record) -> result<server_record> {
        if (auto good = need(f, needed); !good) return good.error();
        return server_record{std::move(record)};
    };
    if (f.op == "gap") {
        auto lost = to_gap(std::move(f));
        return lost ? result<server_record>{*lost} : result<server_record>{lost.error()};
    }
    if (f.op == "welcome")
        return made({"epoch", "seq"},
                    welcome_record{f.epoch, f.e.seq, f.lost.oldest, f.subscriber});
    if (f.op == "subscribed") return made({"seq"}, subscribed_record{f.ref, f.e.seq, f.subscriber});
    if (f.op == "published") return made({"id", "seq"}, published_record{f.ref, f.e.id, f.e.seq});
    if (f.op == "pong") return made({}, pong_record{f.ref});
    if (f.op == "error") {
        if (auto const code = parse_errc(f.error)) f.place.code = *code;
        return made({"error"}, error_record{f.ref, f.place});
    }
    return made({}, other_record{f.op});
}

}   // namespace

std::optional<errc> parse_errc(std::string_view name) noexcept
{
    auto const table = error_table();
    auto const found = std::ranges::find(table, name, &error_info::name);
    return found == table.end() ? std::nullopt : std::optional{found->code};
}

result<event> read_published_event(json_reader& in)
{
    fields f;
    if (auto good = read_fields(in, f); !good) return good.error();
    return to_event(std::move(f));
}

result<server_record> parse_server_record(std::string_view text)
{
    json_reader in{text};
    fields f;
    if (auto good = read_fields(in, f); !good) return good.error();
    if (!in.finish()) return in.failure();
    if ((f.seen & mark_of("op")) != 0) return to_control(std::move(f));
    auto e = to_event(std::move(f));
    return e ? result<server_record>{*std::move(e)} : result<server_record>{std::move(e).error()};
}

}   // namespace thump::wire
