// The context attributes of CloudEvents 1.0, and how an event's metadata holds them.
//
//     key  = "ce-" name [ ":integer" / ":boolean" ]     ; of metadata
//     name = 1*( %x61-7A / DIGIT )                      ; lower case
//
// `id`, `source`, `type` and `time` are members of the event and no metadata. The broker writes
// `sequence` itself, so a publisher's own, which is `ce-sequence` in metadata, is told as
// `publishersequence`. A publisher's `op` is told in the data, so that no event is taken for a control
// record. `ce-data` is no attribute: it says how the data is written.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thump::wire {

/// The types of attributes that differ in JSON; times, URIs and binary values are strings there.
enum class attribute_type : std::uint8_t { string, boolean, integer };

/// An attribute that metadata holds.
struct cloud_attribute {
    std::string_view name;
    attribute_type type;
};

inline constexpr std::string_view base64_key = "ce-data";
inline constexpr std::string_view base64_mark = "base64";

/// The `dataschema` of data that holds an event's message and metadata besides its data.
inline constexpr std::string_view thump_schema = "urn:thump:event";

/// The key of metadata that holds an attribute.
[[nodiscard]] std::string metadata_key(std::string_view name, attribute_type type);

/// Whether metadata holds an attribute of that name, whatever its type.
[[nodiscard]] bool has_attribute(metadata const& entries, std::string_view name);

/// `errc::invalid_attribute`, with a pointer to the attribute, where it breaks the specification:
/// its name; characters that no string may have; an empty `subject`, `dataschema` or
/// `datacontenttype`; a `dataschema` that is no URI. `errc::wrong_json_type` where one of these
/// three is no string.
/// @param value For the types other than string: as JSON writes it. Requires: it is UTF-8.
[[nodiscard]] result<void> check_attribute(std::string_view name, std::string_view value,
                                           attribute_type type);

/// The attribute that an entry of metadata is told as; nothing where it can only be told in `data`.
[[nodiscard]] std::optional<cloud_attribute> attribute_of(metadata const& entries,
                                                          metadata::value_type const& entry);

/// Whether `text` is an integer of 32 bits in its shortest form.
[[nodiscard]] bool is_attribute_integer(std::string_view text) noexcept;

}   // namespace thump::wire
