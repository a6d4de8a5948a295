#include <app/config_load.hpp>

#include <app/config_file.hpp>
#include <app/config_key.hpp>
#include <app/config_table.hpp>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <unistd.h>

namespace thump::app {
namespace json = boost::json;
namespace {

constexpr std::string_view prefix = "THUMP_";

// A value as a message quotes it: on one line, and short.
std::string quoted(json::value const& v)
{
    constexpr std::size_t longest = 60;
    auto text = json::serialize(v);
    if (text.size() > longest) text.replace(longest, std::string::npos, "…");
    return text;
}

std::string mismatch(config_key const& key, json::value const& found)
{
    return "expected " + expected(key) + ", found " + quoted(found);
}

[[noreturn]] void fail(std::string const& where, std::string const& key, std::string const& what)
{
    throw config_error{where + ": key '" + key + "': " + what};
}

void apply_section(config& c, key_places const& places, std::string_view section,
                   json::object const& values)
{
    for (auto const& [key_name, value] : values) {
        auto const* const key = find_key(section, key_name);
        auto const at = std::string{section} + "." + std::string{key_name};
        auto const& where = places.at(at);
        if (!key) fail(where, at, "no such key; 'thumpd --print-config' shows every one");
        if (!assign(c, *key, value)) fail(where, at, mismatch(*key, value));
    }
}

void apply_variable(config& c, config_key const& key, std::string const& name,
                    std::string const& text)
{
    if (assign(c, key, std::string_view{text})) return;
    throw config_error{"environment variable " + name + ": " + mismatch(key, json::string{text})};
}

std::string read(std::filesystem::path const& file)
try {
    std::ifstream in;
    in.exceptions(std::ios::failbit | std::ios::badbit);
    in.open(file, std::ios::binary);
    return {std::istreambuf_iterator<char>{in}, {}};
} catch (std::ios::failure const&) {
    auto const why = std::generic_category().message(errno);
    throw config_error{file.string() + ": cannot be read: " + why};
}

config_key const& listen_key()
{
    return *find_key("server", "listen");
}

bool begins_like_a_key(std::string_view name)
{
    return std::ranges::any_of(config_keys(), [&](config_key const& key) {
        auto const section = boost::algorithm::to_upper_copy(std::string{key.section});
        return name.starts_with(std::string{prefix} + section + "_");
    });
}

// A comment in lines of at most 100 columns.
std::string comment(std::string_view words)
{
    constexpr std::string_view lead = "    // ";
    constexpr std::size_t width = 100 - lead.size();
    std::string text;
    while (words.size() > width) {
        auto const end = words.rfind(' ', width);
        text.append(lead).append(words.substr(0, end)).append("\n");
        words.remove_prefix(end + 1);
    }
    return text.append(lead).append(words).append("\n");
}

}   // namespace

environment thump_environment()
{
    environment found;
    for (char** entry = ::environ; *entry; ++entry) {
        std::string_view const text{*entry};
        auto const sign = text.find('=');
        if (!text.starts_with(prefix) || sign == std::string_view::npos) continue;
        found.emplace(text.substr(0, sign), text.substr(sign + 1));
    }
    return found;
}

key_places apply_text(config& c, std::string_view text, std::string_view name)
{
    auto const file = parse_config_file(text, name);
    key_places places;
    for (auto const& [key, line] : file.lines)
        places.emplace(key, std::string{name} + ":" + std::to_string(line));
    for (auto const& [section, values] : file.values) {
        auto const& where = places.at(section);
        if (!has_section(section))
            fail(where, section, "no such section; 'thumpd --print-config' shows every one");
        if (!values.is_object())
            fail(where, section, "expected an object, found " + quoted(values));
        apply_section(c, places, section, values.get_object());
    }
    return places;
}

key_places apply_file(config& c, std::filesystem::path const& file)
{
    return apply_text(c, read(file), file.string());
}

std::vector<std::string> apply_environment(config& c, environment const& variables)
{
    // The short name first, so that the full one has the last word.
    if (auto const v = variables.find("THUMP_LISTEN"); v != variables.end())
        apply_variable(c, listen_key(), v->first, v->second);

    std::vector<std::string> unknown;
    for (auto const& [name, text] : variables) {
        auto const key = std::ranges::find(config_keys(), name, variable);
        if (key != config_keys().end())
            apply_variable(c, *key, name, text);
        else if (begins_like_a_key(name))
            unknown.push_back(name);
    }
    return unknown;
}

void apply_listen_flag(config& c, std::string_view text)
{
    if (assign(c, listen_key(), text)) return;
    throw config_error{"--listen: " + mismatch(listen_key(), json::string{text})};
}

void check_together(config const& c, key_places const& places)
{
    auto const contradiction = [&](std::string_view key, std::string_view other,
                                   std::string const& what) {
        auto at = places.find(key);
        if (at == places.end()) at = places.find(other);
        auto const where = at == places.end() ? "" : at->second + ": ";
        return config_error{where + "key '" + std::string{key} + "': " + what};
    };
    auto const queue = c.server.subscriber_defaults.queue;
    if (queue > c.server.max_queue)
        throw contradiction("subscribers.queue", "subscribers.max_queue",
                            "expected at most subscribers.max_queue (" +
                                std::to_string(c.server.max_queue) + "), found " +
                                std::to_string(queue));
    if (c.server.subscriber_defaults.overflow == overflow::catch_up &&
        c.broker.history.max_events == 0)
        throw contradiction("subscribers.overflow", "history.max_events",
                            "catch_up needs history, expected history.max_events above 0");
}

std::string to_text(config c, comments with)
{
    std::string text = "{";
    std::string_view section;
    for (auto const& key : config_keys()) {
        if (key.section == section) {
            text += ",\n";
        } else {
            text += section.empty() ? "\n" : "\n  },\n";
            text += "  " + json::serialize(json::string{key.section}) + ": {\n";
            section = key.section;
        }
        if (with == comments::yes)
            text += comment(std::string{key.help} + " Takes " + expected(key) + ".");
        text +=
            "    " + json::serialize(json::string{key.name}) + ": " + json::serialize(show(c, key));
    }
    return text + "\n  }\n}\n";
}

}   // namespace thump::app
