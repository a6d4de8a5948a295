#include <wire/cloud_event_builder.hpp>

#include <wire/cloud_data.hpp>
#include <wire/cloud_event.hpp>
#include <wire/event_rules.hpp>
#include <wire/json_pointer.hpp>

#include <thump/time_point.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace thump::wire {
namespace {

constexpr std::string_view version = "1.0";
constexpr std::string_view sequence_name = "sequence";
constexpr std::string_view publisher_sequence_name = "publishersequence";
constexpr std::string_view schema_name = "dataschema";
constexpr std::string_view content_type_name = "datacontenttype";
constexpr std::string_view json_content_type = "application/json";
constexpr std::size_t sequence_digits = 20;

error fault(errc code, std::string detail)
{
    return {make_error_code(code), std::move(detail), {}, {}, {}};
}

error at(std::string_view name, error wrong)
{
    std::string pointer;
    append_pointer(pointer, name);
    wrong.pointer.insert(0, pointer);
    return wrong;
}

error repeated(std::string_view name)
{
    return at(name, fault(errc::duplicate_key, quoted(name) + " stands there twice"));
}

// The sequence number that a broker wrote.
std::optional<std::uint64_t> parse_sequence(std::string_view text) noexcept
{
    if (text.size() != sequence_digits) return std::nullopt;
    std::uint64_t seq = 0;
    auto const* const end = text.data() + text.size();
    auto const [where, ec] = std::from_chars(text.data(), end, seq);
    if (ec != std::errc{} || where != end) return std::nullopt;
    return seq;
}

}   // namespace

struct cloud_event_builder::core_attribute {
    std::string_view name;
    result<void> (cloud_event_builder::*set)(std::string_view);
    bool required = true;
};

constinit cloud_event_builder::core_attribute const cloud_event_builder::core_attributes[] = {
    {"specversion", &cloud_event_builder::set_version}, {"id", &cloud_event_builder::set_id},
    {"source", &cloud_event_builder::set_source},       {"type", &cloud_event_builder::set_type},
    {"time", &cloud_event_builder::set_time, false},
};

result<void> cloud_event_builder::set(std::string_view name, std::string_view value,
                                      attribute_type type)
{
    auto const* const core = std::ranges::find(core_attributes, name, &core_attribute::name);
    if (core != std::end(core_attributes)) {
        auto const mark = 1u << (core - core_attributes);
        if ((std::exchange(seen_, seen_ | mark) & mark) != 0) return repeated(name);
        if (type != attribute_type::string)
            return at(name, fault(errc::wrong_json_type, quoted(name) + " must be a string"));
        if (auto good = (this->*core->set)(value); !good) return at(name, good.error());
        return {};
    }
    if (auto good = check_attribute(name, value, type); !good) return good;
    auto* const sequence = name == sequence_name             ? &sequence_
                           : name == publisher_sequence_name ? &publisher_sequence_
                                                             : nullptr;
    if (!sequence) return keep(name, value, type);
    if (*sequence) return repeated(name);
    sequence->emplace(std::string{value}, type);
    return {};
}

result<void> cloud_event_builder::keep(std::string_view name, std::string_view value,
                                       attribute_type type)
{
    bool const set_aside =
        (json_type_ && name == content_type_name) || (own_schema_ && name == schema_name);
    if (set_aside || has_attribute(made_.metadata, name)) return repeated(name);
    // What may be dropped in the end takes no place from what is kept.
    if (name == content_type_name && value == json_content_type)
        json_type_ = true;
    else if (name == schema_name && value == thump_schema)
        own_schema_ = true;
    else
        return add(name, value, type);
    return {};
}

result<void> cloud_event_builder::add(std::string_view name, std::string_view value,
                                      attribute_type type)
{
    auto& entries = made_.metadata;
    auto key = metadata_key(name, type);
    if (auto good = check_metadata_key(key, entries.size()); !good) return at(name, good.error());
    entries.try_emplace(std::move(key), value);
    return {};
}

result<void> cloud_event_builder::set_version(std::string_view value)
{
    if (value == version) return {};
    return fault(errc::invalid_attribute,
                 "'specversion' is " + quoted(value) + "; the version spoken here is '1.0'");
}

result<void> cloud_event_builder::set_id(std::string_view value)
{
    if (value.empty()) return fault(errc::invalid_id, "the id of a CloudEvent cannot be empty");
    made_.id = value;
    return check_id(value);
}

result<void> cloud_event_builder::set_source(std::string_view value)
{
    if (value.empty())
        return fault(errc::invalid_source, "the source of a CloudEvent cannot be empty");
    if (value != no_source) made_.source = value;
    return check_source(value);
}

result<void> cloud_event_builder::set_type(std::string_view value)
{
    made_.type = value;
    return check_type(value, rules_);
}

result<void> cloud_event_builder::set_time(std::string_view value)
{
    made_.timestamp = parse_time_point(value);
    if (made_.timestamp) return {};
    return fault(errc::invalid_timestamp,
                 "the time " + quoted(value) + " is no RFC 3339 date-time");
}

void cloud_event_builder::set_data(std::string json, bool too_deep)
{
    made_.data = std::move(json);
    too_deep_ = too_deep;
}

void cloud_event_builder::set_base64(std::string json)
{
    made_.data = std::move(json);
    base64_ = true;
}

result<event> cloud_event_builder::finish()
{
    for (auto const& core : core_attributes)
        if (core.required && (seen_ >> (&core - core_attributes) & 1) == 0)
            return at(core.name, fault(errc::missing_field,
                                       "the CloudEvent has no '" + std::string{core.name} + '\''));
    if (auto good = settle_sequence(); !good) return good.error();
    if (auto good = settle_data(); !good) return good.error();
    if (auto good = check_size(made_, rules_.max_event_bytes); !good) return good.error();
    return std::move(made_);
}

// Twenty digits are a broker's own; a publisher's stands beside it then. Otherwise both are what
// the publisher says.
result<void> cloud_event_builder::settle_sequence()
{
    auto const seq = sequence_ && sequence_->type == attribute_type::string
                         ? parse_sequence(sequence_->value)
                         : std::nullopt;
    if (seq) {
        made_.seq = *seq;
        sequence_ = std::exchange(publisher_sequence_, std::nullopt);
    }
    for (auto const& [name, kept] : {std::pair{sequence_name, &sequence_},
                                     std::pair{publisher_sequence_name, &publisher_sequence_}}) {
        if (!*kept) continue;
        if (auto good = keep(name, (*kept)->value, (*kept)->type); !good) return good;
    }
    return {};
}

result<void> cloud_event_builder::settle_data()
{
    if (own_schema_ && !base64_) {
        made_.metadata.erase(metadata_key(content_type_name, attribute_type::string));
        auto const wrapped = std::exchange(made_.data, {});
        if (auto good = read_wrapped(wrapped, made_); !good) return at("data", good.error());
        return {};
    }
    if (too_deep_)
        return at("data", fault(errc::json_too_deep, "the data is nested deeper than " +
                                                         std::to_string(rules_.max_json_depth) +
                                                         " levels"));
    if (own_schema_)
        if (auto good = add(schema_name, thump_schema); !good) return good;
    // What is implied need not be kept.
    if (json_type_ && (base64_ || made_.data.empty()))
        if (auto good = add(content_type_name, json_content_type); !good) return good;
    if (!base64_) return {};
    if (auto good = check_metadata_key(base64_key, made_.metadata.size()); !good) return good;
    made_.metadata.try_emplace(std::string{base64_key}, base64_mark);
    return {};
}

}   // namespace thump::wire
