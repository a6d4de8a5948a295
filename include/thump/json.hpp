// Events and gaps as JSON text, as every transport of thump writes them.
#pragma once

#include <thump/broker_options.hpp>
#include <thump/detail/api.hpp>
#include <thump/error.hpp>
#include <thump/event.hpp>
#include <thump/gap.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace thump {

/// An event in one line of JSON: `seq`, `id`, `type`, `timestamp`, `message` and `metadata` in this
/// order, then `source` and `data` where there are any. `data` keeps its text, but for line ends.
/// Requires: the event is valid, as every received event is.
[[nodiscard]] THUMP_API std::string to_json(event const& e);

/// A gap in one line of JSON: `{"op":"gap","from":…,"to":…,"dropped":…,"bytes":…,"reason":…,…}`.
[[nodiscard]] THUMP_API std::string to_json(gap const& g);

/// Reads what `to_json` writes, and every transport sends: an event with its sequence number, or a
/// gap.
/// @return the event or gap, or what is wrong with the text, with a JSON pointer and, for faults of
/// the JSON itself, the offset.
[[nodiscard]] THUMP_API result<std::variant<event, gap>> parse_record_json(std::string_view text);

/// Reads an event that somebody wants to publish: an object with `type` and any of the other fields
/// of `event`, but for `seq`, which only the broker gives.
/// @return the event, or what is wrong with it, with a JSON pointer to the field and, for faults of
/// the JSON itself, the offset.
[[nodiscard]] THUMP_API result<event> parse_event_json(std::string_view text,
                                                       event_limits const& limits = {});

}   // namespace thump
