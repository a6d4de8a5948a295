// Events as CloudEvents 1.0, as text in their JSON format.
#pragma once

#include <thump/broker_options.hpp>
#include <thump/detail/api.hpp>
#include <thump/error.hpp>
#include <thump/event.hpp>

#include <string>
#include <string_view>

namespace thump {

/// An event as a CloudEvent in one line: `time` is its timestamp, `sequence` its `seq` in 20
/// digits. Metadata of a key like `ce-subject` is an attribute; with any other, or a message,
/// `data` holds these too, as its `dataschema`, `urn:thump:event`, says. See the chapter on
/// CloudEvents in `doc/protocol.md`. Requires: the event is valid and has an id, as every received
/// event is and has.
[[nodiscard]] THUMP_API std::string to_cloud_event_json(event const& e);

/// Reads a CloudEvent that somebody wants to publish. What an event has no member for becomes
/// metadata, as `ce-subject`, so that `to_cloud_event_json` gives it back.
/// @return the event, or what is wrong with it, with a JSON pointer to the member and, for faults
/// of the JSON itself, the offset.
[[nodiscard]] THUMP_API result<event> parse_cloud_event_json(std::string_view text,
                                                             event_limits const& limits = {});

}   // namespace thump
