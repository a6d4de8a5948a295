// What a client has posted: events, in one of the forms that its Content-Type names.
#pragma once

#include <net/http_request.hpp>
#include <wire/event_rules.hpp>

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <string_view>
#include <vector>

namespace thump::net {

/// The media types that can be posted, as `Accept-Post` lists them. Of binary CloudEvents, text of
/// any other type besides.
inline constexpr std::string_view accept_post =
    "application/json, application/x-ndjson, application/cloudevents+json, "
    "application/cloudevents-batch+json";

/// Reads the events of a request's body:
///
/// | Content-Type | body |
/// |---|---|
/// | `application/cloudevents-batch+json` | CloudEvents, batched mode; there may be none |
/// | `application/cloudevents+json` | a CloudEvent, structured mode |
/// | JSON, text or none, with `ce-specversion` | a CloudEvent's data, binary mode |
/// | `application/json`, or none | an event, or an array of events |
/// | `application/x-ndjson` | events, one in a line |
///
/// @return the events, all good, or what is wrong with the first that is not:
/// `errc::unsupported_media_type` where the Content-Type or its charset is none that is read here;
/// else those of the parsers in `wire`.
/// Requires: the body has no content coding.
[[nodiscard]] result<std::vector<event>> read_posted_events(http_request const& request,
                                                            wire::event_rules const& rules);

}   // namespace thump::net
