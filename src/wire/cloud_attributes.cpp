#include <wire/cloud_attributes.hpp>

#include <wire/json_pointer.hpp>
#include <wire/utf8.hpp>

#include <boost/url/parse.hpp>

#include <algorithm>
#include <charconv>

namespace thump::wire {
namespace {

constexpr std::string_view prefix = "ce-";
constexpr std::string_view own_sequence = "sequence";
constexpr std::string_view told_sequence = "publishersequence";
constexpr std::string_view control_mark = "op";   // what tells control records from events

constexpr std::string_view suffixes[] = {"", ":boolean", ":integer"};   // by attribute_type

constexpr std::string_view suffix_of(attribute_type type) noexcept
{
    return suffixes[static_cast<std::size_t>(type)];
}

error fault(errc code, std::string_view name, std::string detail)
{
    error made{make_error_code(code), std::move(detail), {}, {}, {}};
    append_pointer(made.pointer, name);
    return made;
}

bool is_attribute_name(std::string_view name) noexcept
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

// Names that stand for something else than an attribute of metadata.
bool is_reserved(std::string_view name) noexcept
{
    constexpr std::string_view names[] = {"id",   "source", "type",       "specversion",
                                          "time", "data",   control_mark, told_sequence};
    return std::ranges::find(names, name) != std::end(names);
}

// The character of a whole UTF-8 sequence.
char32_t character(std::string_view bytes) noexcept
{
    auto const lead = static_cast<unsigned char>(bytes[0]);
    if (bytes.size() == 1) return lead;
    char32_t value = lead & (0x7fu >> bytes.size());
    for (char const c : bytes.substr(1))
        value = value << 6 | (static_cast<unsigned char>(c) & 0x3fu);
    return value;
}

// Control characters and noncharacters have no place in a String (CloudEvents 1.0.2, 3.2).
constexpr bool is_allowed(char32_t c) noexcept
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
    return (c < 0xfdd0 || c > 0xfdef) && (c & 0xfffe) != 0xfffe;
}

bool is_attribute_text(std::string_view text) noexcept
{
    while (!text.empty()) {
        auto const bytes = utf8_sequence_bytes(text);
        if (bytes == 0 || !is_allowed(character(text.substr(0, bytes)))) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

// What the specification itself defines is a string and not empty.
result<void> check_known(std::string_view name, std::string_view value, attribute_type type)
{
    constexpr std::string_view known[] = {"subject", "dataschema", "datacontenttype"};
    if (std::ranges::find(known, name) == std::end(known)) return {};
    if (type != attribute_type::string)
        return fault(errc::wrong_json_type, name, quoted(name) + " must be a string");
    if (value.empty()) return fault(errc::invalid_attribute, name, quoted(name) + " is empty");
    if (name == "dataschema" && !boost::urls::parse_uri(value))
        return fault(errc::invalid_attribute, name,
                     "the dataschema " + quoted(value) + " is no URI");
    return {};
}

// What a key holds, by its spelling alone.
std::optional<cloud_attribute> spelled(std::string_view key) noexcept
{
    if (!key.starts_with(prefix)) return std::nullopt;
    key.remove_prefix(prefix.size());
    auto const name = key.substr(0, key.find(':'));
    key.remove_prefix(name.size());
    auto const* const suffix = std::ranges::find(suffixes, key);
    if (suffix == std::end(suffixes) || !is_attribute_name(name)) return std::nullopt;
    return cloud_attribute{name, static_cast<attribute_type>(suffix - suffixes)};
}

bool is_written(std::string_view value, attribute_type type) noexcept
{
    switch (type) {
    case attribute_type::boolean:
        return value == "true" || value == "false";
    case attribute_type::integer:
        return is_attribute_integer(value);
    case attribute_type::string:
        break;
    }
    return true;
}

// Of several entries for one name the first type counts.
bool comes_first(metadata const& entries, cloud_attribute const& a)
{
    for (auto const type : {attribute_type::string, attribute_type::boolean}) {
        if (type == a.type) break;
        if (entries.contains(metadata_key(a.name, type))) return false;
    }
    return true;
}

}   // namespace

bool is_attribute_integer(std::string_view text) noexcept
{
    std::int32_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [at, ec] = std::from_chars(text.data(), end, value);
    if (ec != std::errc{} || at != end) return false;
    auto const digits = text.substr(text.front() == '-' ? 1 : 0);
    return digits.front() != '0' || text == "0";
}

std::string metadata_key(std::string_view name, attribute_type type)
{
    return std::string{prefix}.append(name).append(suffix_of(type));
}

bool has_attribute(metadata const& entries, std::string_view name)
{
    return std::ranges::any_of(suffixes, [&](std::string_view suffix) {
        return entries.contains(std::string{prefix}.append(name).append(suffix));
    });
}

result<void> check_attribute(std::string_view name, std::string_view value, attribute_type type)
{
    if (!is_attribute_name(name))
        return fault(errc::invalid_attribute, name,
                     quoted(name) + " is no attribute's name: these are lower-case letters and "
                                    "digits");
    if (auto good = check_known(name, value, type); !good) return good;
    if (!is_attribute_text(value))
        return fault(errc::invalid_attribute, name,
                     quoted(name) + " holds a control character or a noncharacter");
    return {};
}

std::optional<cloud_attribute> attribute_of(metadata const& entries,
                                            metadata::value_type const& entry)
{
    auto const& [key, value] = entry;
    auto found = spelled(key);
    if (!found || is_reserved(found->name) || !is_written(value, found->type)) return std::nullopt;
    if (!check_attribute(found->name, value, found->type)) return std::nullopt;
    if (found->name == "dataschema" && value == thump_schema) return std::nullopt;
    if (!comes_first(entries, *found)) return std::nullopt;
    if (found->name == own_sequence) found->name = told_sequence;
    return found;
}

}   // namespace thump::wire
