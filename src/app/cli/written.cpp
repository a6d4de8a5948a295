#include <app/cli/written.hpp>

#include <wire/event_rules.hpp>
#include <wire/json_reader.hpp>
#include <wire/position.hpp>

#include <thump/time_point.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace thump::cli {
namespace {

std::pair<std::string, std::string> split_pair(std::string_view option, std::string const& text)
{
    auto const equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw usage_error{std::string{option} + " is '" + text + "'; write KEY=VALUE"};
    return {text.substr(0, equals), text.substr(equals + 1)};
}

metadata read_metadata(std::vector<std::string> const& pairs)
{
    metadata made;
    for (auto const& text : pairs) {
        auto [key, value] = split_pair("--metadata", text);
        if (!made.try_emplace(key, std::move(value)).second)
            throw usage_error{"--metadata names '" + key + "' twice; write each key once"};
    }
    return made;
}

std::vector<metadata_condition> read_conditions(std::vector<std::string> const& pairs)
{
    std::vector<metadata_condition> made;
    for (auto const& text : pairs) {
        auto [key, value] = split_pair("--where", text);
        auto at = std::ranges::find(made, key, &metadata_condition::key);
        if (at == made.end()) at = made.insert(at, {key, {}});
        at->any_of.push_back(std::move(value));
    }
    return made;
}

std::optional<position> read_position(std::string_view option, std::string const& text)
{
    if (text.empty()) return std::nullopt;
    auto const made = parse_position(text);
    if (!made)
        throw usage_error{std::string{option} + " is '" + text + "'; write " +
                          std::string{wire::position_forms}};
    return made;
}

event_choice read_choice(written_options const& w)
{
    event_choice made{w.types, read_conditions(w.where), read_position("--since", w.since),
                      read_position("--until", w.until)};
    if (auto const good = filter::make(made.types, made.where); !good)
        throw usage_error{good.error().detail};
    return made;
}

std::string option_of(std::string_view pointer)
{
    auto const name = pointer.substr(0, pointer.find('/', 1));
    return name == "/type" ? "TYPE" : "--" + std::string{name.substr(1)};
}

}   // namespace

publish_options understand_publish(written_options const& w)
{
    auto made = w.publish;
    made.e.metadata = read_metadata(w.metadata);
    if (!w.timestamp.empty()) {
        made.e.timestamp = parse_time_point(w.timestamp);
        if (!made.e.timestamp)
            throw usage_error{"--timestamp is '" + w.timestamp +
                              "'; write one like '2024-05-01T12:00:00Z'"};
    }
    if (made.from_stdin && (!made.e.id.empty() || !made.e.data.empty()))
        throw usage_error{
            "--id and --data belong to one event; with --stdin each line has its own"};
    if (!made.from_stdin && made.e.type.empty())
        throw usage_error{"publish needs the event's TYPE, as in 'thump publish task.failed', or "
                          "--stdin"};
    // With --stdin the type may come from the lines.
    auto checked = made.e;
    if (checked.type.empty()) checked.type = "any";
    event_limits const widest{std::size_t{1} << 20, wire::max_json_nesting};
    if (auto const good = wire::validate(checked, widest); !good)
        throw usage_error{option_of(good.error().pointer) + ": " + good.error().detail};
    return made;
}

tail_options understand_tail(written_options const& w)
{
    auto made = w.tail;
    made.events = read_choice(w);
    made.follow = !w.no_follow;
    if (!w.overflow.empty()) made.overflow = parse_overflow(w.overflow);
    return made;
}

history_options understand_history(written_options const& w)
{
    auto made = w.history;
    made.events = read_choice(w);
    return made;
}

top_options understand_top(written_options const& w)
{
    auto made = w.top;
    made.interval = std::chrono::milliseconds{std::llround(w.interval * 1000)};
    return made;
}

}   // namespace thump::cli
