// What a WebSocket client sends.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>
#include <thump/subscription_options.hpp>

#include <wire/event_rules.hpp>
#include <wire/stream_request.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace thump::wire {

/// The most bytes of JSON that a client may put into `ref`.
inline constexpr std::size_t max_ref_bytes = 255;

/// JSON text that the client put into `ref`, and finds again in the answer.
using message_ref = std::optional<std::string>;

struct publish_message {
    event e;
    message_ref ref;
};

/// Replaces the connection's subscription.
struct subscribe_message {
    stream_request request;
    message_ref ref;
};

struct ping_message {
    message_ref ref;
};

using client_message = std::variant<publish_message, subscribe_message, ping_message>;

/// Bounds and defaults of what clients send.
struct client_rules {
    event_rules events;
    subscription_options const& subscriber_defaults;
    std::size_t max_queue;            ///< the largest queue that a client may ask for, in events
    bool cloud_events_only = false;   ///< whether events, sent and asked for, have no other form
};

/// What is wrong with a message, and the `ref` to tell it with.
struct message_error {
    error what;
    message_ref ref;
};

[[noreturn]] inline void throw_exception_from_error(message_error const& e,
                                                    boost::source_location const& where)
{
    thump::throw_exception_from_error(e.what, where);
}

/// Reads a client's message: an object with `op`, an event, or a CloudEvent.
///
/// A CloudEvent of type `thump.publish`, `thump.subscribe` or `thump.ping` is the message of that
/// `op` whose other members are its data; of any other type it is an event to publish.
///
/// @return the message, or what is wrong with it, with a JSON pointer into the message:
/// `errc::unknown_field`, `wrong_json_type`, `missing_field`, `duplicate_key`, `invalid_parameter`
/// (an option of `subscribe`, or an `op` that does not exist), those of `parse_event` and
/// `parse_cloud_event`. The `ref` is there where it could be read.
[[nodiscard]] boost::system::result<client_message, message_error>
parse_client_message(std::string_view text, client_rules const& rules);

}   // namespace thump::wire
