// What CloudEvents have no attribute for: an event's message and metadata, in its `data`.
//
//     data = "{" '"message":' string ',"metadata":' strings [ ',"data":' value ] "}"
//
// The `dataschema` of a CloudEvent with such data is `thump_schema`.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <string>
#include <string_view>

namespace thump::wire {

/// Whether the data of `e` is binary, in Base64, as its metadata says: `"ce-data":"base64"`.
[[nodiscard]] bool has_base64_data(event const& e);

/// Whether an event can only be told with its data wrapped like this.
[[nodiscard]] bool needs_wrapping(event const& e);

/// Whether an entry of metadata is told in the wrapped data, and not as an attribute. Attributes
/// that describe the data are told where it is.
[[nodiscard]] bool is_wrapped(metadata const& entries, metadata::value_type const& entry);

/// Appends the wrapped data of `e`. Requires: `needs_wrapping(e)`.
void append_wrapped(std::string& out, event const& e);

/// Reads wrapped data into `e`, and adds to the metadata that is there. Members may come in any
/// order, each once, and may be missing.
/// @return nothing, or what is wrong, with a pointer that begins at the data:
/// `errc::unknown_field`, `wrong_json_type`, `duplicate_key`, `invalid_metadata`.
[[nodiscard]] result<void> read_wrapped(std::string_view json, event& e);

}   // namespace thump::wire
