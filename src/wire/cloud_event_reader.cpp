// Grammar (of JSON see json_reader.cpp):
//
//     cloud-event = "{" [ member *( "," member ) ] "}"   ; each member once, in any order
//     member      = name ":" ( string / boolean / integer / "null" )
//                 / '"data":' value / '"data_base64":' ( string / "null" )
//     batch       = "[" [ cloud-event *( "," cloud-event ) ] "]"
#include <wire/cloud_event_reader.hpp>

#include <wire/base64.hpp>
#include <wire/cloud_event_builder.hpp>
#include <wire/event_array.hpp>
#include <wire/json_pointer.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>

#include <string>
#include <utility>

namespace thump::wire {
namespace {

constexpr std::string_view data_name = "data";
constexpr std::string_view base64_name = "data_base64";

error fault(errc code, std::string detail, std::string_view name = {})
{
    error made{make_error_code(code), std::move(detail), {}, {}, {}};
    if (!name.empty()) append_pointer(made.pointer, name);
    return made;
}

error wrong_type(std::string_view name, std::string_view wanted, json_kind kind)
{
    return fault(errc::wrong_json_type,
                 quoted(name) + " must be " + std::string{wanted} + ", not " +
                     std::string{to_string(kind)},
                 name);
}

// Reads one CloudEvent.
class cloud_event_parser {
public:
    cloud_event_parser(json_reader& in, event_rules const& rules) noexcept
        : in_{in}, rules_{rules}, made_{rules}
    {
    }

    result<event> run()
    {
        if (auto const kind = in_.peek(); kind != json_kind::object) return not_an_object(kind);
        auto const start = in_.offset();
        in_.begin();
        for (std::string_view key; in_.next_member(key);) {
            std::string const name{key};   // what is read next may be in the same place
            if (auto good = read_member(name); !good) return good.error();
        }
        if (in_.failed()) return in_.failure();
        if (in_.offset() - start > rules_.max_event_bytes)
            return fault(errc::event_too_large, "the event is larger than " +
                                                    std::to_string(rules_.max_event_bytes) +
                                                    " bytes");
        return made_.finish();
    }

private:
    error not_an_object(json_kind kind)
    {
        std::string_view rest;
        if (kind == json_kind::none && !in_.skip_value(0, rest)) return in_.failure();
        return fault(errc::wrong_json_type,
                     "a CloudEvent must be an object, not " + std::string{to_string(kind)});
    }

    result<void> read_member(std::string_view name)
    {
        if (name == data_name) return read_data();
        auto const kind = in_.peek();
        std::string_view text;
        if (kind == json_kind::null || kind == json_kind::none) {
            if (!in_.skip_value(0, text)) return in_.failure();
            return {};   // null: not set
        }
        if (name == base64_name) return read_base64(kind);
        switch (kind) {
        case json_kind::string:
            if (!in_.read_string(text)) return in_.failure();
            return made_.set(name, text);
        case json_kind::boolean:
            if (!in_.skip_value(0, text)) return in_.failure();
            return made_.set(name, text, attribute_type::boolean);
        case json_kind::number:
            return read_integer(name);
        default:
            return wrong_type(name, "a string, a boolean or an integer", kind);
        }
    }

    result<void> read_integer(std::string_view name)
    {
        std::string_view text;
        if (!in_.skip_value(0, text)) return in_.failure();
        if (text == "-0") text.remove_prefix(1);
        if (!is_attribute_integer(text))
            return fault(errc::invalid_attribute,
                         quoted(name) + " is " + quoted(text) +
                             "; a number must be an integer of 32 bits",
                         name);
        return made_.set(name, text, attribute_type::integer);
    }

    result<void> note_data(std::string_view name)
    {
        if (!std::exchange(has_data_, true)) return {};
        return fault(errc::invalid_data,
                     "a CloudEvent has 'data' once or 'data_base64' once, not both", name);
    }

    result<void> read_data()
    {
        if (auto good = note_data(data_name); !good) return good;
        return read_cloud_data(in_, rules_, made_);
    }

    result<void> read_base64(json_kind kind)
    {
        if (auto good = note_data(base64_name); !good) return good;
        if (kind != json_kind::string) return wrong_type(base64_name, "a string", kind);
        auto from = in_;
        std::string_view text;
        std::string_view value;
        if (!in_.skip_value(0, text)) return in_.failure();
        if (!from.read_string(value) || !is_base64(value))
            return fault(errc::invalid_data, "'data_base64' is no Base64", base64_name);
        made_.set_base64(std::string{text});
        return {};
    }

    json_reader& in_;
    event_rules const& rules_;
    cloud_event_builder made_;
    bool has_data_ = false;
};

}   // namespace

result<event> read_cloud_event(json_reader& in, event_rules const& rules)
{
    return cloud_event_parser{in, rules}.run();
}

result<void> read_cloud_data(json_reader& in, event_rules const& rules, cloud_event_builder& to)
{
    std::string_view text;
    auto const here = in;
    bool const too_deep = !in.skip_value(rules.max_json_depth, text, rules.max_event_bytes);
    if (too_deep) {
        auto const why = in.failure();
        in = here;
        if (why.code != errc::json_too_deep || rules.max_json_depth == max_json_nesting ||
            !in.skip_value(rules.max_json_depth + 1, text, rules.max_event_bytes))
            return why;
    }
    std::string json;
    append_in_one_line(json, text);
    to.set_data(std::move(json), too_deep);
    return {};
}

result<event> parse_cloud_event(std::string_view json, event_rules const& rules)
{
    json_reader in{json};
    if (in.peek() == json_kind::none && in.offset() == json.size())
        return fault(errc::empty_body, "there is no CloudEvent");
    auto made = read_cloud_event(in, rules);
    if (made && !in.finish()) return in.failure();
    return made;
}

result<std::vector<event>> parse_cloud_batch(std::string_view json, event_rules const& rules)
{
    json_reader in{json};
    if (auto const kind = in.peek(); kind != json_kind::array) {
        std::string_view rest;
        if (kind == json_kind::none && in.offset() == json.size())
            return fault(errc::empty_body, "there is no batch");
        if (kind == json_kind::none && !in.skip_value(0, rest)) return in.failure();
        return fault(errc::wrong_json_type,
                     "a batch must be an array, not " + std::string{to_string(kind)});
    }
    auto made = read_event_array(in, [&] { return read_cloud_event(in, rules); });
    if (made && !in.finish()) return in.failure();
    return made;
}

}   // namespace thump::wire
