#include <wire/stream_request.hpp>

#include <thump/filter.hpp>

#include <wire/json_pointer.hpp>
#include <wire/json_text.hpp>
#include <wire/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace thump::wire {
namespace {

constexpr std::size_t max_name_bytes = 255;
constexpr std::string_view condition_prefix = "meta.";

error refused(std::string_view name, std::string_view value, std::string_view expected)
{
    return {make_error_code(errc::invalid_parameter),
            quoted(name) + " is " + quoted(value) + "; it must be " + std::string{expected},
            {},
            {},
            {}};
}

// A peer may send far more of something than any filter has: refused before it is looked through.
error too_many(std::string_view name, std::size_t most, std::string_view what)
{
    return {make_error_code(errc::invalid_parameter),
            quoted(name) + ": there are more than " + std::to_string(most) + ' ' +
                std::string{what},
            {},
            {},
            {}};
}

error in_parameter(std::string_view name, error fault)
{
    fault.detail = quoted(name) + ": " + fault.detail;
    return fault;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) noexcept
{
    Number value{};
    auto const* const end = text.data() + text.size();
    auto const [at, ec] = std::from_chars(text.data(), end, value);
    if (text.empty() || ec != std::errc{} || at != end) return std::nullopt;
    return value;
}

// A whole number from 1 to `most`.
result<std::size_t> parse_count(std::string_view name, std::string_view value, std::size_t most)
{
    auto const count = parse_number<std::size_t>(value);
    if (!count || *count == 0 || *count > most)
        return refused(name, value, "a whole number from 1 to " + std::to_string(most));
    return *count;
}

bool is_printable_name(std::string_view text) noexcept
{
    return text.size() <= max_name_bytes && is_printable(text);
}

void append_strings(std::string& out, std::vector<std::string> const& strings)
{
    out += '[';
    for (bool first = true; auto const& s : strings) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, s);
    }
    out += ']';
}

void append_conditions(std::string& out, std::vector<metadata_condition> const& conditions)
{
    out += '{';
    for (bool first = true; auto const& [key, values] : conditions) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, key);
        out += ':';
        append_strings(out, values);
    }
    out += '}';
}

void append_options(std::string& out, subscription_options const& options)
{
    out += R"("types":)";
    append_strings(out, options.types.empty() ? std::vector<std::string>{">"} : options.types);
    out += R"(,"meta":)";
    append_conditions(out, options.where);
    out += R"(,"queue":)";
    append_decimal(out, options.queue);
    out += R"(,"overflow":")";
    out += to_string(options.overflow);
    out += R"(","key":)";
    append_json_string(out, options.key);
    if (options.name.empty()) return;
    out += R"(,"name":)";
    append_json_string(out, options.name);
}

void append_place(std::string& out, std::string_view name, std::optional<position> const& at)
{
    if (!at) return;
    out += name;
    append_position(out, *at);
    out += '"';
}

}   // namespace

struct stream_request_builder::parameter {
    std::string_view name;
    result<void> (stream_request_builder::*set)(std::string_view);
    bool repeatable = false;
};

constinit stream_request_builder::parameter const stream_request_builder::parameters[] = {
    {"types", &stream_request_builder::set_types, true},
    {"since", &stream_request_builder::set_since},
    {"until", &stream_request_builder::set_until},
    {"last_event_id", &stream_request_builder::set_last_event_id},
    {"limit", &stream_request_builder::set_limit},
    {"queue", &stream_request_builder::set_queue},
    {"max_rate", &stream_request_builder::set_max_rate},
    {"overflow", &stream_request_builder::set_overflow},
    {"key", &stream_request_builder::set_key},
    {"name", &stream_request_builder::set_name},
    {"format", &stream_request_builder::set_format},
    {"subscribe", &stream_request_builder::set_subscribe},
};

stream_request_builder::stream_request_builder(subscription_options const& defaults,
                                               std::size_t max_queue, stream_format format)
    : made_{.subscription = defaults, .format = format}, max_queue_{max_queue}
{
    made_.subscription.types.clear();
    made_.subscription.where.clear();
    made_.subscription.since.reset();
    made_.subscription.until.reset();
    made_.subscription.name.clear();
}

result<void> stream_request_builder::set(std::string_view name, std::string_view value)
{
    if (name.starts_with(condition_prefix))
        return set_condition(name.substr(condition_prefix.size()), value);
    auto const* const found = std::ranges::find(parameters, name, &parameter::name);
    if (found == std::end(parameters))
        return error{make_error_code(errc::unknown_parameter),
                     "there is no parameter " + quoted(name),
                     {},
                     {},
                     {}};
    auto const mark = 1u << (found - parameters);
    if ((std::exchange(seen_, seen_ | mark) & mark) != 0 && !found->repeatable)
        return error{
            make_error_code(errc::invalid_parameter), quoted(name) + " is given twice", {}, {}, {}};
    return (this->*found->set)(value);
}

result<stream_request> stream_request_builder::finish()
{
    auto const& asked = made_.subscription;
    if (auto const made = filter::make(asked.types); !made)
        return in_parameter("types", made.error());
    if (auto const made = filter::make(asked.types, asked.where); !made)
        return in_parameter("meta", made.error());
    if (last_event_id_) made_.subscription.since = *std::move(last_event_id_);
    return std::move(made_);
}

result<void> stream_request_builder::set_types(std::string_view value)
{
    if (!is_valid_utf8(value)) return refused("types", value, "patterns of types");
    auto& types = made_.subscription.types;
    for (;;) {
        if (types.size() == max_type_patterns)
            return too_many("types", max_type_patterns, "type patterns");
        auto const comma = value.find(',');
        types.emplace_back(value.substr(0, comma));
        if (comma == std::string_view::npos) return {};
        value.remove_prefix(comma + 1);
    }
}

result<void> stream_request_builder::set_condition(std::string_view key, std::string_view value)
{
    auto const name = std::string{condition_prefix}.append(key);
    if (key.empty() || !is_valid_utf8(key))
        return refused(name, value, "called 'meta.KEY', KEY being a key of metadata");
    if (!is_valid_utf8(value)) return refused(name, value, "UTF-8");
    auto& where = made_.subscription.where;
    auto at = std::ranges::find(where, key, &metadata_condition::key);
    if (at == where.end()) {
        if (where.size() == max_metadata_conditions)
            return too_many("meta", max_metadata_conditions, "metadata conditions");
        at = where.insert(at, {std::string{key}, {}});
    }
    if (at->any_of.size() == max_condition_values)
        return too_many(name, max_condition_values, "values");
    at->any_of.emplace_back(value);
    return {};
}

result<void> stream_request_builder::set_since(std::string_view value)
{
    made_.subscription.since = parse_position(value);
    if (!made_.subscription.since) return refused("since", value, position_forms);
    return {};
}

result<void> stream_request_builder::set_until(std::string_view value)
{
    made_.subscription.until = parse_position(value);
    if (!made_.subscription.until) return refused("until", value, position_forms);
    return {};
}

result<void> stream_request_builder::set_last_event_id(std::string_view value)
{
    resume_after(value);
    return {};
}

// A browser repeats what the last server at this address called its events, whoever that was, and
// gives up for good where it is refused.
void stream_request_builder::resume_after(std::string_view last_event_id)
{
    if (last_event_id.empty()) return;
    last_event_id_ = parse_cursor(last_event_id).value_or(cursor{"unknown", 0});
}

result<void> stream_request_builder::set_limit(std::string_view value)
{
    auto const count = parse_count("limit", value, max_history_limit);
    if (!count) return count.error();
    made_.limit = *count;
    return {};
}

result<void> stream_request_builder::set_queue(std::string_view value)
{
    auto const count = parse_count("queue", value, max_queue_);
    if (!count) return count.error();
    made_.subscription.queue = *count;
    return {};
}

result<void> stream_request_builder::set_max_rate(std::string_view value)
{
    made_.max_rate = parse_number<double>(value);
    // Written so that NaN, too, is refused.
    if (!made_.max_rate || !(*made_.max_rate >= min_max_rate && *made_.max_rate <= max_max_rate))
        return refused("max_rate", value, "a number from 0.000001 to 1000000, events per second");
    return {};
}

result<void> stream_request_builder::set_overflow(std::string_view value)
{
    auto const policy = parse_overflow(value);
    if (!policy)
        return refused("overflow", value,
                       "'drop_newest', 'drop_oldest', 'latest', 'catch_up' or 'disconnect'");
    made_.subscription.overflow = *policy;
    return {};
}

result<void> stream_request_builder::set_key(std::string_view value)
{
    if (value.empty() || !is_printable_name(value))
        return refused("key", value, "a key of metadata, or 'type'");
    made_.subscription.key = value;
    return {};
}

result<void> stream_request_builder::set_name(std::string_view value)
{
    if (!is_printable_name(value))
        return refused("name", value, "up to 255 bytes of UTF-8 without control characters");
    made_.subscription.name = value;
    return {};
}

result<void> stream_request_builder::set_format(std::string_view value)
{
    for (auto const format : {stream_format::thump, stream_format::cloudevents})
        if (value == to_string(format)) {
            made_.format = format;
            return {};
        }
    return refused("format", value, "'thump' or 'cloudevents'");
}

result<void> stream_request_builder::set_subscribe(std::string_view value)
{
    if (value != "true" && value != "false") return refused("subscribe", value, "true or false");
    made_.subscribe = value == "true";
    return {};
}

std::string_view to_string(stream_format format) noexcept
{
    return format == stream_format::thump ? "thump" : "cloudevents";
}

void append_subscription(std::string& out, stream_request const& request)
{
    out += '{';
    append_options(out, request.subscription);
    append_place(out, R"(,"since":")", request.subscription.since);
    append_place(out, R"(,"until":")", request.subscription.until);
    if (request.limit) {
        out += R"(,"limit":)";
        append_decimal(out, *request.limit);
    }
    if (request.max_rate) {
        std::array<char, 32> text;
        auto const end =
            std::to_chars(text.data(), text.data() + text.size(), *request.max_rate).ptr;
        out += R"(,"max_rate":)";
        out.append(text.data(), end);
    }
    out += R"(,"format":")";
    out += to_string(request.format);
    out += request.subscribe ? R"(","subscribe":true})" : R"(","subscribe":false})";
}

}   // namespace thump::wire
