#include <wire/event_rules.hpp>

#include <thump/catalog.hpp>
#include <thump/filter.hpp>

#include <wire/json_pointer.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>
#include <wire/rfc3339.hpp>
#include <wire/utf8.hpp>

#include <boost/url/parse.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace thump::wire {
namespace {

// The most that escapes can make of one byte.
constexpr std::size_t longest_escape = 6;
// The longest `{"type":,"id":,"timestamp":"…","message":,"metadata":{},"source":,"data":}`.
constexpr std::size_t most_punctuation = 128;

error fault(errc code, std::string detail, std::string_view field = {})
{
    error made{make_error_code(code), std::move(detail), {}, {}, {}};
    if (!field.empty()) append_pointer(made.pointer, field);
    return made;
}

error at_field(error wrong, std::string_view field)
{
    append_pointer(wrong.pointer, field);
    return wrong;
}

constexpr bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Whether `source` is a path of unreserved characters, as most are. Every such path is a
// URI-reference, which the library takes ten times as long to say.
bool is_plain_path(std::string_view source) noexcept
{
    return std::ranges::all_of(source, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '-' || c == '.' || c == '_' || c == '~';
    });
}

// Among server-sent events and CloudEvents a control record is told from an event by its type.
bool is_control_type(std::string_view type) noexcept
{
    constexpr std::string_view records[] = {"error",     "gap",        "pong",
                                            "published", "subscribed", "welcome"};
    return type.starts_with(control_prefix) &&
           std::ranges::find(records, type.substr(control_prefix.size())) != std::end(records);
}

error not_utf8(std::string_view field)
{
    return fault(errc::invalid_utf8, quoted(field) + " is not UTF-8", field);
}

// Errors are made apart from the checks, which thus are small: nearly every event is good.

error bad_type(std::string_view type)
{
    if (is_control_type(type))
        return fault(errc::invalid_type,
                     "the type " + quoted(type) + " is that of a control record of the broker's");
    return fault(errc::invalid_type,
                 type.empty() ? "the type is empty"
                              : "the type " + quoted(type) +
                                    " is not 1 to 255 bytes of dot-separated tokens of letters, "
                                    "digits, '_' and '-'");
}

error unknown_type(std::string_view type)
{
    return fault(errc::unknown_type, "the catalog is strict and does not know " + quoted(type));
}

error bad_id(std::string_view id)
{
    return fault(errc::invalid_id, id.size() > max_id_bytes ? "the id is longer than 255 bytes"
                                                            : "the id holds a control character");
}

error bad_source(std::string_view source)
{
    return fault(errc::invalid_source, "the source " + quoted(source) + " is no URI-reference");
}

error bad_metadata_key(std::string_view key)
{
    if (key.empty()) return fault(errc::invalid_metadata, "a metadata key is empty");
    if (key.size() > max_metadata_key_bytes)
        return fault(errc::invalid_metadata, "a metadata key is longer than 255 bytes");
    return fault(errc::invalid_metadata, "there are more than 64 metadata entries");
}

error bad_metadata_text(std::string_view key)
{
    return fault(errc::invalid_utf8, "metadata " + quoted(key) + " is not UTF-8");
}

error bad_size(std::size_t max_bytes)
{
    return fault(errc::event_too_large,
                 "the event is larger than " + std::to_string(max_bytes) + " bytes of JSON");
}

result<void> check_metadata(metadata const& entries)
{
    std::size_t before = 0;
    for (auto const& [key, value] : entries) {
        if (auto good = check_metadata_key(key, before++); !good) return good;
        if (!is_valid_utf8(key) || !is_valid_utf8(value)) return bad_metadata_text(key);
    }
    return {};
}

result<void> check_data(std::string_view data, std::size_t max_depth)
{
    if (data.empty()) return {};
    json_reader in{data};
    std::string_view value;
    if (in.skip_value(max_depth, value) && in.finish()) return {};
    auto wrong = in.failure();
    if (wrong.code == errc::invalid_json) wrong.code = make_error_code(errc::invalid_data);
    return wrong;
}

// `"name":` and a comma around a string; nothing for an empty one.
std::size_t member_bytes(std::string_view name, std::string_view value) noexcept
{
    return value.empty() ? 0 : name.size() + json_string_bytes(value) + 4;
}

// The shortest JSON text that says the same, so that no event which came as JSON is found larger
// here than it was there.
std::size_t json_bytes(event const& e)
{
    auto bytes = 1 + member_bytes("type", e.type) + member_bytes("id", e.id) +
                 member_bytes("message", e.message) + member_bytes("source", e.source);
    if (e.timestamp) {
        std::string text;
        append_rfc3339(text, *e.timestamp);
        bytes += member_bytes("timestamp", text);
    }
    if (!e.metadata.empty()) bytes += std::string_view{R"("metadata":{},)"}.size() - 1;
    for (auto const& [key, value] : e.metadata)
        bytes += json_string_bytes(key) + json_string_bytes(value) + 2;
    if (!e.data.empty()) bytes += std::string_view{R"("data":,)"}.size() + e.data.size();
    return bytes;
}

}   // namespace

result<void> check_type(std::string_view type, event_rules const& rules)
{
    if (!is_valid_type(type) || is_control_type(type)) return bad_type(type);
    if (rules.known_types_only && !find_type(type)) return unknown_type(type);
    return {};
}

result<void> check_id(std::string_view id)
{
    if (id.size() <= max_id_bytes && std::ranges::none_of(id, is_control)) return {};
    return bad_id(id);
}

result<void> check_source(std::string_view source)
{
    if (is_plain_path(source) || boost::urls::parse_uri_reference(source)) return {};
    return bad_source(source);
}

result<void> check_metadata_key(std::string_view key, std::size_t entries)
{
    bool const good = !key.empty() && key.size() <= max_metadata_key_bytes;
    if (good && entries < max_metadata_entries) return {};
    return bad_metadata_key(key);
}

// Measures in full only what a rough upper bound does not let pass.
result<void> check_size(event const& e, std::size_t max_bytes)
{
    auto raw = e.type.size() + e.id.size() + e.message.size() + e.source.size();
    for (auto const& [key, value] : e.metadata)
        raw += key.size() + value.size() + 6;
    if (raw * longest_escape + e.data.size() + most_punctuation <= max_bytes) return {};
    if (json_bytes(e) <= max_bytes) return {};
    return bad_size(max_bytes);
}

result<void> validate(event const& e, event_rules const& rules)
{
    if (auto good = check_type(e.type, rules); !good) return at_field(good.error(), "type");
    if (auto good = check_id(e.id); !good) return at_field(good.error(), "id");
    if (!is_valid_utf8(e.id)) return not_utf8("id");
    if (e.timestamp && !has_four_digit_year(*e.timestamp))
        return fault(errc::invalid_timestamp, "the timestamp is not in the years 0000 to 9999",
                     "timestamp");
    if (!is_valid_utf8(e.message)) return not_utf8("message");
    if (auto good = check_metadata(e.metadata); !good) return at_field(good.error(), "metadata");
    if (auto good = check_source(e.source); !good) return at_field(good.error(), "source");
    if (auto good = check_data(e.data, rules.max_json_depth); !good)
        return at_field(good.error(), "data");
    return check_size(e, rules.max_event_bytes);
}

}   // namespace thump::wire
