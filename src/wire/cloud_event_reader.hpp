// Reading CloudEvents 1.0 in the JSON format: the structured and the batched mode.
#pragma once

#include <wire/event_rules.hpp>

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <string_view>
#include <vector>

namespace thump::wire {

class cloud_event_builder;
class json_reader;

/// Reads a CloudEvent, an object that has nothing after it.
///
/// Members may come in any order, each once; null is as none, but for `data`. What has no place in
/// an event becomes metadata (see cloud_attributes.hpp). `data` keeps its bytes, but for line ends
/// between its tokens, which become spaces.
///
/// @return the event, or what is wrong, with a JSON pointer to the member: those of
/// `cloud_event_builder`, `errc::invalid_data` (no Base64, or data twice), `event_too_large`,
/// `empty_body`; with an offset besides: `invalid_json`, `invalid_utf8`, `json_too_deep`.
[[nodiscard]] result<event> parse_cloud_event(std::string_view json, event_rules const& rules);

/// Reads an array of CloudEvents, which may be empty.
/// @return as `parse_cloud_event`. `error::index` tells the element at fault; pointer and offset
/// are those of the whole text.
[[nodiscard]] result<std::vector<event>> parse_cloud_batch(std::string_view json,
                                                           event_rules const& rules);

/// Reads the CloudEvent that comes next in a longer text. Pointers of errors begin at the
/// CloudEvent, offsets at the text.
[[nodiscard]] result<event> read_cloud_event(json_reader& in, event_rules const& rules);

/// Reads the data of a CloudEvent, any JSON. It may be nested one level deeper than the limit,
/// since wrapped data is; `to` knows whether it is that.
/// @return `errc::invalid_json`, `invalid_utf8`, `json_too_deep`.
[[nodiscard]] result<void> read_cloud_data(json_reader& in, event_rules const& rules,
                                           cloud_event_builder& to);

}   // namespace thump::wire
