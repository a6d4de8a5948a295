// Every expected failure, in one table: name, sentence, HTTP status, WebSocket close code.
#pragma once

#include <thump/detail/api.hpp>

#include <boost/system/error_code.hpp>

#include <span>
#include <string_view>
#include <type_traits>

namespace thump {

/// Failures to be expected; mistakes of the program throw. `doc/errors.md` is written from the same
/// table.
enum class errc {
    // Broker
    intake_full = 1,        ///< the bounded intake has no room; the event was refused
    stopped,                ///< the broker has stopped, or is draining
    end_of_stream,          ///< the subscription has ended and everything queued was received
    unsubscribed,           ///< the subscription was ended by its own side
    slow_consumer,          ///< the subscription overflowed under the policy `disconnect`
    too_many_subscribers,   ///< the limit on subscriptions is reached

    // Events
    invalid_type,        ///< `type` is missing or breaks its grammar
    unknown_type,        ///< the catalog is strict and does not know the type
    invalid_id,          ///< `id` is too long or holds a control character
    invalid_timestamp,   ///< not an RFC 3339 date-time
    invalid_source,      ///< not a URI-reference (RFC 3986)
    invalid_metadata,    ///< metadata is no object of strings, or breaks a limit
    invalid_utf8,        ///< a string is not UTF-8
    invalid_data,        ///< `data` is not JSON
    invalid_attribute,   ///< an attribute that breaks the rules of CloudEvents
    event_too_large,     ///< over the limit on one event

    // JSON
    invalid_json,      ///< breaks RFC 8259
    json_too_deep,     ///< nested deeper than the limit
    duplicate_key,     ///< an object of the envelope names a key twice
    unknown_field,     ///< a field that the envelope does not have
    wrong_json_type,   ///< a field holds a value of another JSON type
    missing_field,     ///< a required field is missing
    empty_body,        ///< nothing where an event was expected

    // Requests
    bad_request,                   ///< breaks HTTP's grammar
    unknown_parameter,             ///< a query parameter that does not exist
    invalid_parameter,             ///< a query parameter, or option, with a value outside its range
    not_found,                     ///< no such resource
    method_not_allowed,            ///< the resource has no such method
    request_timeout,               ///< the request did not arrive in time
    body_too_large,                ///< over the limit on a body or message
    header_too_large,              ///< over the limit on a request's head
    unsupported_media_type,        ///< a Content-Type that cannot be read
    unsupported_transfer_coding,   ///< a Transfer-Encoding other than `chunked`
    unsupported_version,           ///< an HTTP version other than 1.0 and 1.1
    upgrade_required,              ///< the WebSocket handshake asks for another version
    not_implemented,               ///< a method that this server does not know
    origin_not_allowed,            ///< the page's origin is not in `allowed_origins`
    too_many_connections,          ///< the limit on connections is reached

    // WebSocket
    protocol_error,        ///< breaks RFC 6455, or gives an answer that cannot be understood
    binary_not_accepted,   ///< a binary message where only text is understood
    pong_timeout,          ///< no pong within the time allowed
    closed_by_operator,    ///< an operator ended the subscription
    going_away,            ///< the server is shutting down
    cursor_expired,        ///< the cursor is of another epoch, or older than history
};

/// A row of the error table.
struct error_info {
    errc code;                   ///< the enumerator
    std::string_view name;       ///< the enumerator; also the last part of a problem's `type` URI
    std::string_view sentence;   ///< what happened, in one sentence
    int http_status = 0;         ///< status when it is told over HTTP; 0 where it never is
    int close_code = 0;          ///< close code when it ends a WebSocket; 0 where it never does
};

/// The whole table, in the enumeration's order.
[[nodiscard]] THUMP_API std::span<error_info const> error_table() noexcept;

/// The row of one error.
[[nodiscard]] THUMP_API error_info const& describe(errc code) noexcept;

/// The category of `errc`; its name is "thump".
[[nodiscard]] THUMP_API boost::system::error_category const& category() noexcept;

/// Makes an `error_code` of `errc`; found by ADL.
[[nodiscard]] inline boost::system::error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), category()};
}

}   // namespace thump

template <>
struct boost::system::is_error_code_enum<thump::errc> : std::true_type {
};
