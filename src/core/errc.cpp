#include <thump/errc.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace thump {
namespace {

constexpr error_info table[] = {
    {errc::intake_full, "intake_full", "The broker's intake is full; the event was refused.", 503,
     1013},
    {errc::stopped, "stopped", "The broker has stopped; nothing more is accepted.", 503, 1001},
    {errc::end_of_stream, "end_of_stream", "The stream has ended; everything queued was delivered.",
     0, 1001},
    {errc::unsubscribed, "unsubscribed", "The subscription was ended by its own side.", 0, 1000},
    {errc::slow_consumer, "slow_consumer",
     "The subscriber was too slow, and its policy is to be disconnected.", 0, 4008},
    {errc::too_many_subscribers, "too_many_subscribers", "The limit on subscribers is reached.",
     503, 1013},
    {errc::invalid_type, "invalid_type",
     "The event type must be 1 to 255 bytes of dot-separated tokens of letters, digits, '_' and "
     "'-'.",
     400, 0},
    {errc::unknown_type, "unknown_type", "The catalog is strict and does not know this event type.",
     400, 0},
    {errc::invalid_id, "invalid_id",
     "The event id must be at most 255 bytes without control characters.", 400, 0},
    {errc::invalid_timestamp, "invalid_timestamp", "The timestamp must be an RFC 3339 date-time.",
     400, 0},
    {errc::invalid_source, "invalid_source", "The source must be a URI-reference.", 400, 0},
    {errc::invalid_metadata, "invalid_metadata",
     "Metadata must be an object whose values are strings.", 400, 0},
    {errc::invalid_utf8, "invalid_utf8", "A string is not valid UTF-8.", 400, 1007},
    {errc::invalid_data, "invalid_data", "The data is not valid JSON.", 400, 0},
    {errc::invalid_attribute, "invalid_attribute",
     "The attribute breaks the rules of CloudEvents 1.0.", 400, 0},
    {errc::event_too_large, "event_too_large", "The event is larger than the limit.", 413, 0},
    {errc::invalid_json, "invalid_json", "The text is not valid JSON.", 400, 0},
    {errc::json_too_deep, "json_too_deep", "The JSON is nested deeper than the limit.", 400, 0},
    {errc::duplicate_key, "duplicate_key", "A JSON object names the same key twice.", 400, 0},
    {errc::unknown_field, "unknown_field", "There is no such field.", 400, 0},
    {errc::wrong_json_type, "wrong_json_type", "The field has a value of the wrong JSON type.", 400,
     0},
    {errc::missing_field, "missing_field", "A required field is missing.", 400, 0},
    {errc::empty_body, "empty_body", "There is nothing where an event was expected.", 400, 0},
    {errc::bad_request, "bad_request", "The request breaks the grammar of HTTP.", 400, 0},
    {errc::unknown_parameter, "unknown_parameter", "There is no such query parameter.", 400, 0},
    {errc::invalid_parameter, "invalid_parameter", "The parameter has a value outside its range.",
     400, 0},
    {errc::not_found, "not_found", "There is no such resource.", 404, 0},
    {errc::method_not_allowed, "method_not_allowed", "The resource does not have this method.", 405,
     0},
    {errc::request_timeout, "request_timeout", "The request did not arrive in time.", 408, 1008},
    {errc::body_too_large, "body_too_large", "The body is larger than the limit.", 413, 1009},
    {errc::header_too_large, "header_too_large",
     "The head of the request is larger than the limit.", 431, 0},
    {errc::unsupported_media_type, "unsupported_media_type",
     "The body's media type is not one that can be read here.", 415, 0},
    {errc::unsupported_transfer_coding, "unsupported_transfer_coding",
     "The only transfer coding understood is a single 'chunked'.", 501, 0},
    {errc::unsupported_version, "unsupported_version",
     "The only versions of HTTP spoken here are 1.0 and 1.1.", 505, 0},
    {errc::upgrade_required, "upgrade_required", "The WebSocket handshake must ask for version 13.",
     426, 0},
    {errc::not_implemented, "not_implemented", "The method is not implemented.", 501, 0},
    {errc::origin_not_allowed, "origin_not_allowed", "Pages of this origin may not connect.", 403,
     1008},
    {errc::too_many_connections, "too_many_connections", "The limit on connections is reached.",
     503, 1013},
    {errc::protocol_error, "protocol_error", "The peer broke the protocol.", 0, 1002},
    {errc::binary_not_accepted, "binary_not_accepted", "Only text messages are understood here.", 0,
     1003},
    {errc::pong_timeout, "pong_timeout", "No pong came within the time allowed.", 0, 4009},
    {errc::closed_by_operator, "closed_by_operator", "An operator closed this subscription.", 0,
     4010},
    {errc::going_away, "going_away", "The server is shutting down.", 503, 1001},
    {errc::cursor_expired, "cursor_expired",
     "The cursor is of another epoch, or older than history.", 410, 0},
};

class thump_category final : public boost::system::error_category {
public:
    // The same in every module that has a copy of this one.
    constexpr thump_category() noexcept : error_category{0x7468'756d'7065'7272} {}

    char const* name() const noexcept override { return "thump"; }

    std::string message(int value) const override
    {
        return std::string{describe(static_cast<errc>(value)).sentence};
    }
};

}   // namespace

std::span<error_info const> error_table() noexcept
{
    return table;
}

error_info const& describe(errc code) noexcept
{
    // The table is in the enumeration's order, which starts at 1.
    auto const at = static_cast<std::size_t>(code) - 1;
    static constexpr error_info unknown{errc{}, "unknown", "An unknown error.", 500, 1011};
    return at < std::size(table) ? table[at] : unknown;
}

boost::system::error_category const& category() noexcept
{
    static thump_category const instance;
    return instance;
}

}   // namespace thump
