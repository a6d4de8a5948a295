#include <fuzz/invariants.hpp>

#include <wire/client_message.hpp>
#include <wire/cloud_event.hpp>
#include <wire/cloud_event_reader.hpp>
#include <wire/cloud_headers.hpp>
#include <wire/control_json.hpp>
#include <wire/event_json.hpp>
#include <wire/json_reader.hpp>
#include <wire/problem_json.hpp>
#include <wire/same_event.hpp>
#include <wire/ws_split.hpp>

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace thump::test {
namespace {

constexpr event_limits limits{};

boost::json::error_code judge_independently(std::string_view text)
{
    boost::json::error_code ec;
    boost::json::parse(text, ec);
    return ec;
}

bool is_json_line(std::string_view text)
{
    auto const is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    return std::ranges::none_of(text, is_control) && !judge_independently(text);
}

// Numbers out of range and the order in which depth is noticed are the other parser's own.
bool agrees_with_independent_parser(std::string_view text)
{
    wire::json_reader in{text};
    std::string_view value;
    bool const accepted = in.skip_value(limits.max_json_depth, value) && in.finish();
    auto const ec = judge_independently(text);
    if (ec == boost::json::error::exponent_overflow || ec == boost::json::error::too_deep)
        return true;
    return accepted == !ec;
}

std::string text_of(event const& e)
{
    std::string text;
    wire::append_event(text, e);
    return text;
}

std::string broken_round_trip(event const& e)
{
    if (!wire::validate(e, limits)) return "an event that was read is not valid";
    auto text = text_of(e);
    if (text.find_first_of("\r\n") != std::string::npos) return "an event takes several lines";
    constexpr std::string_view seq = R"("seq":0,)";
    text.replace(1, seq.size(), "");
    // What is written may be longer than what was read, which the limit is for.
    auto const again = wire::parse_event(text, event_limits{.max_event_bytes = text.size()});
    if (!again) return "what was written cannot be read: " + again.error().detail;
    if (!same_event(*again, e)) return "what was written reads otherwise";
    return text_of(*again) == text_of(e) ? "" : "what was read again is written otherwise";
}

std::string cloud_text_of(event const& e)
{
    std::string text;
    wire::append_cloud_event(text, e);
    return text;
}

// Through a CloudEvent and back, and whether it is one that others can read.
std::string broken_cloud_round_trip(event const& e)
{
    if (e.id.empty() || e.source == wire::no_source) return {};   // what no published event is
    auto const text = cloud_text_of(e);
    if (text.find_first_of("\r\n") != std::string::npos) return "a CloudEvent takes several lines";
    // It may be longer than the event, which the limit is for.
    auto const again =
        wire::parse_cloud_event(text, event_limits{.max_event_bytes = text.size() + 4096});
    if (!again) return "the CloudEvent cannot be read: " + again.error().detail + ": " + text;
    if (!same_event(*again, e) || again->seq != e.seq) return "it reads otherwise: " + text;
    return cloud_text_of(*again) == text ? "" : "it is written otherwise: " + text;
}

std::string broken_error(error const& e)
{
    std::string text;
    wire::append_problem(text, e);
    return is_json_line(text) ? "" : "the problem is no line of JSON: " + text;
}

std::string broken_subscription(wire::stream_request const& request)
{
    std::string options;
    wire::append_subscription(options, request);
    if (!is_json_line(options)) return "the options are no line of JSON: " + options;
    auto const again = wire::parse_client_message(R"({"op":"subscribe",)" + options.substr(1),
                                                  {limits, {}, 1'000'000});
    if (!again) return "the options cannot be asked for: " + again.error().what.detail;
    std::string same;
    wire::append_subscription(same, std::get<wire::subscribe_message>(*again).request);
    return same == options ? "" : "the options are asked for otherwise: " + same;
}

}   // namespace

std::string broken_event_json(std::string_view input)
{
    if (!agrees_with_independent_parser(input)) return "the parsers disagree on what is JSON";
    auto const one = wire::parse_event(input, limits);
    auto const batch = wire::parse_events(input, limits);
    auto const lines = wire::parse_ndjson(input, limits);
    if (one && !(batch && batch->size() == 1 && same_event(batch->front(), *one)))
        return "a batch of one is not that one";
    for (auto const* many : {&batch, &lines}) {
        if (!*many) {
            if (auto broken = broken_error(many->error()); !broken.empty()) return broken;
            continue;
        }
        for (auto const& e : **many) {
            if (auto broken = broken_round_trip(e); !broken.empty()) return broken;
            auto with_id = e;
            with_id.id += 'i';
            if (auto broken = broken_cloud_round_trip(with_id); !broken.empty()) return broken;
        }
    }
    return {};
}

std::string broken_cloud_event(std::string_view input)
{
    auto const one = wire::parse_cloud_event(input, limits);
    auto const batch = wire::parse_cloud_batch('[' + std::string{input} + ']', limits);
    if (one && !(batch && batch->size() == 1 && same_event(batch->front(), *one)))
        return "a batch of one is not that one";
    if (!one) return broken_error(one.error());
    auto const& e = *one;
    if (!wire::validate(e, limits)) return "a CloudEvent that was read is not valid";
    if (auto broken = broken_cloud_round_trip(e); !broken.empty()) return broken;
    // A broker overwrites the sequence, which is not in the other form.
    auto unnumbered = e;
    unnumbered.seq = 0;
    return broken_round_trip(unnumbered);
}

std::string broken_cloud_message(std::string_view input)
{
    std::vector<wire::cloud_header> fields;
    auto const next_line = [&input] {
        auto const line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(line.size() + 1, input.size()));
        return line;
    };
    auto const type = next_line();
    for (auto line = next_line(); !line.empty(); line = next_line()) {
        auto const colon = std::min(line.find(':'), line.size());
        fields.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
    }
    auto const is_type =
        wire::parse_event(R"({"type":"a","message":")" + std::string{type} + "\"}", limits);
    if (!is_type) return {};   // HTTP's parser lets nothing else pass
    auto const kind = type.starts_with("text/") ? wire::body_kind::text : wire::body_kind::json;
    auto const e = wire::parse_cloud_message(fields, {kind, type, input}, limits);
    if (!e) return broken_error(e.error());
    if (!wire::validate(*e, limits)) return "a CloudEvent that was read is not valid";
    return broken_cloud_round_trip(*e);
}

std::string broken_client_message(std::string_view input)
{
    auto const made = wire::parse_client_message(input, {limits, {}, 1'000'000});
    if (made) {
        std::string pong;
        wire::append_pong(pong, std::visit([](auto const& m) { return m.ref; }, *made));
        auto const ec = judge_independently(pong);
        if (ec && ec != boost::json::error::exponent_overflow && ec != boost::json::error::too_deep)
            return "the ref is no JSON: " + pong;
        if (auto const* m = std::get_if<wire::publish_message>(&*made))
            return broken_round_trip(m->e);
        if (auto const* m = std::get_if<wire::subscribe_message>(&*made))
            return broken_subscription(m->request);
        return {};
    }
    return broken_error(made.error().what);
}

std::string broken_ws_reader(std::string_view input)
{
    wire::ws_reader::options const o{
        .max_message_bytes = 300, .allow_binary = true, .deflate = true};
    auto const whole = read_whole(input, o);
    if (read_bytewise(input, o) != whole) return "byte by byte it reads otherwise";
    for (std::uint32_t seed = 1; seed != 4; ++seed)
        if (read_in_random_pieces(input, seed, o) != whole) return "in pieces it reads otherwise";
    return {};
}

}   // namespace thump::test
