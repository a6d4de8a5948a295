#include <wire/cloud_event.hpp>

#include <wire/cloud_attributes.hpp>
#include <wire/cloud_data.hpp>
#include <wire/event_rules.hpp>
#include <wire/json_text.hpp>
#include <wire/rfc3339.hpp>

#include <cstdint>

namespace thump::wire {
namespace {

constexpr std::size_t sequence_digits = 20;   // of the largest number

void append_string(std::string& out, std::string_view name, std::string_view value)
{
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
}

void append_time(std::string& out, time_point time)
{
    out += R"(,"time":")";
    append_rfc3339(out, time);
    out += '"';
}

// Zero-padded, so that texts compare as the numbers do.
void append_sequence(std::string& out, std::uint64_t seq)
{
    auto const digits = std::to_string(seq);
    out += R"(,"sequence":")";
    out.append(sequence_digits - digits.size(), '0');
    out += digits;
    out += '"';
}

void append_attribute(std::string& out, cloud_attribute const& a, std::string_view value)
{
    if (a.type == attribute_type::string) return append_string(out, a.name, value);
    out += ",\"";
    out += a.name;
    out += "\":";
    out += value;
}

void append_plain(std::string& out, event const& e)
{
    bool typed = e.data.empty() || has_base64_data(e);
    for (auto const& entry : e.metadata)
        if (auto const a = attribute_of(e.metadata, entry)) {
            append_attribute(out, *a, entry.second);
            typed = typed || a->name == "datacontenttype";
        }
    if (!typed) append_string(out, "datacontenttype", "application/json");
    if (e.data.empty()) return;
    out += has_base64_data(e) ? R"(,"data_base64":)" : R"(,"data":)";
    append_in_one_line(out, e.data);
}

void append_with_wrapped(std::string& out, event const& e)
{
    for (auto const& entry : e.metadata)
        if (!is_wrapped(e.metadata, entry))
            append_attribute(out, *attribute_of(e.metadata, entry), entry.second);
    append_string(out, "datacontenttype", "application/json");
    append_string(out, "dataschema", thump_schema);
    out += R"(,"data":)";
    append_wrapped(out, e);
}

}   // namespace

void append_cloud_event(std::string& out, event const& e)
{
    out += R"({"specversion":"1.0")";
    append_string(out, "id", e.id);
    append_string(out, "source", e.source.empty() ? no_source : e.source);
    append_string(out, "type", e.type);
    if (e.timestamp) append_time(out, *e.timestamp);
    append_sequence(out, e.seq);
    if (needs_wrapping(e))
        append_with_wrapped(out, e);
    else
        append_plain(out, e);
    out += '}';
}

void append_cloud_record(std::string& out, cloud_record const& r, std::string_view json)
{
    out += R"({"specversion":"1.0")";
    append_string(out, "id", r.id);
    append_string(out, "source", std::string{"urn:thump:epoch:"}.append(r.epoch));
    append_string(out, "type", std::string{control_prefix}.append(r.op));
    append_time(out, r.time);
    append_string(out, "datacontenttype", "application/json");
    out += R"(,"data":)";
    out += json;
    out += '}';
}

}   // namespace thump::wire
