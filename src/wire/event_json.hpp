// Events as JSON.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <wire/event_rules.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace thump::wire {

class json_reader;

/// Appends `e` as JSON in one line: `seq`, `id`, `type`, `timestamp`, `message` and `metadata` in
/// this order, then `source` and `data` where they are not empty.
///
/// `data` is copied as it stands, but for line ends, which become spaces.
/// Requires: `validate(e)` finds nothing wrong, and the event has its timestamp.
void append_event(std::string& out, event const& e);

/// Reads one event, an object that has nothing after it.
///
/// Members may come in any order, each once; `type` must be there. An empty `id` or `source` is as
/// none. `data` keeps its bytes, but for line ends between its tokens, which become spaces.
///
/// @return the event, or what is wrong, with a JSON pointer to the field: `errc::unknown_field`
/// (`seq` too, which only the broker gives), `wrong_json_type`, `missing_field`, `duplicate_key`,
/// `event_too_large`, `empty_body`, those of the fields' rules (see `event_rules.hpp`); with an
/// offset besides: `invalid_json`, `invalid_utf8`, `json_too_deep`.
[[nodiscard]] result<event> parse_event(std::string_view json, event_rules const& rules);

/// Reads one event, or an array of events. An empty array is `errc::empty_body`.
/// @return as `parse_event`. In an array, `error::index` tells the element at fault; pointer and
/// offset are those of the whole text, as in `/2/type`.
[[nodiscard]] result<std::vector<event>> parse_events(std::string_view json,
                                                      event_rules const& rules);

/// Reads events that stand one in a line. Lines end in LF or CRLF, the last need not; blank lines
/// are passed over. No event at all is `errc::empty_body`.
/// @return as `parse_event`. `error::index` counts events, not lines; the pointer is that of the
/// one event, the offset that of the whole text.
[[nodiscard]] result<std::vector<event>> parse_ndjson(std::string_view body,
                                                      event_rules const& rules);

/// Reads the event that comes next in a longer text. Pointers of errors begin at the event, offsets
/// at the text.
[[nodiscard]] result<event> read_event(json_reader& in, event_rules const& rules);

}   // namespace thump::wire
