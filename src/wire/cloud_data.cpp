#include <wire/cloud_data.hpp>

#include <wire/base64.hpp>
#include <wire/cloud_attributes.hpp>
#include <wire/event_rules.hpp>
#include <wire/json_pointer.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_text.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace thump::wire {
namespace {

error fault(errc code, std::string detail)
{
    return {make_error_code(code), std::move(detail), {}, {}, {}};
}

error inside(std::string_view name, error wrong)
{
    auto const inner = std::exchange(wrong.pointer, {});
    append_pointer(wrong.pointer, name);
    wrong.pointer += inner;
    return wrong;
}

// Errors of the JSON itself have been found before, when the data was passed over as a whole.
result<void> expect(json_reader& in, json_kind wanted)
{
    auto const kind = in.peek();
    if (kind == wanted) return {};
    return fault(errc::wrong_json_type, "expected " + std::string{to_string(wanted)} + ", not " +
                                            std::string{to_string(kind)});
}

result<void> read_string(json_reader& in, std::string& to)
{
    if (auto good = expect(in, json_kind::string); !good) return good;
    std::string_view value;
    if (!in.read_string(value)) return in.failure();
    to = value;
    return {};
}

result<void> read_entries(json_reader& in, metadata& to)
{
    if (auto good = expect(in, json_kind::object); !good) return good;
    in.begin();
    for (std::string_view key; in.next_member(key);) {
        if (auto good = check_metadata_key(key, to.size()); !good) return good;
        auto const [at, fresh] = to.try_emplace(std::string{key});
        if (!fresh)
            return inside(at->first,
                          fault(errc::duplicate_key, quoted(at->first) + " stands there twice"));
        if (auto good = read_string(in, at->second); !good) return inside(at->first, good.error());
    }
    return {};
}

result<void> read_member(json_reader& in, std::string_view name, event& e)
{
    if (name == "message") return read_string(in, e.message);
    if (name == "metadata") return read_entries(in, e.metadata);
    if (name != "data")
        return fault(errc::unknown_field, "data of this schema has no field " + quoted(name));
    std::string_view text;
    if (!in.skip_value(max_json_nesting, text)) return in.failure();
    e.data = text;
    return {};
}

// What says how the data is to be read. It belongs where the data is.
bool describes_data(std::string_view name) noexcept
{
    return name == "dataschema" || name == "datacontenttype";
}

// The content type that data has without saying so.
bool is_implied(event const& e, cloud_attribute const& a, std::string_view value)
{
    return a.name == "datacontenttype" && value == "application/json" && !e.data.empty() &&
           !e.metadata.contains(base64_key);
}

bool is_told_outside(event const& e, metadata::value_type const& entry)
{
    if (entry.first == base64_key) return has_base64_data(e);
    auto const a = attribute_of(e.metadata, entry);
    return a && !is_implied(e, *a, entry.second);
}

}   // namespace

bool has_base64_data(event const& e)
{
    auto const mark = e.metadata.find(base64_key);
    if (mark == e.metadata.end() || mark->second != base64_mark) return false;
    json_reader in{e.data};
    std::string_view text;
    return in.peek() == json_kind::string && in.read_string(text) && is_base64(text);
}

bool needs_wrapping(event const& e)
{
    return !e.message.empty() || !std::ranges::all_of(e.metadata, [&](auto const& entry) {
        return is_told_outside(e, entry);
    });
}

bool is_wrapped(metadata const& entries, metadata::value_type const& entry)
{
    auto const a = attribute_of(entries, entry);
    return !a || describes_data(a->name);
}

void append_wrapped(std::string& out, event const& e)
{
    out += R"({"message":)";
    append_json_string(out, e.message);
    out += R"(,"metadata":{)";
    for (bool first = true; auto const& entry : e.metadata) {
        if (!is_wrapped(e.metadata, entry)) continue;
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, entry.first);
        out += ':';
        append_json_string(out, entry.second);
    }
    out += '}';
    if (!e.data.empty()) {
        out += R"(,"data":)";
        append_in_one_line(out, e.data);
    }
    out += '}';
}

result<void> read_wrapped(std::string_view json, event& e)
{
    json_reader in{json};
    if (auto good = expect(in, json_kind::object); !good) return good;
    std::vector<std::string> seen;
    in.begin();
    for (std::string_view key; in.next_member(key);) {
        auto const& name = seen.emplace_back(key);
        bool const repeated = std::ranges::count(seen, name) > 1;
        auto good = repeated ? fault(errc::duplicate_key, quoted(name) + " stands there twice")
                             : read_member(in, name, e);
        if (!good) return inside(name, good.error());
    }
    return {};
}

}   // namespace thump::wire
