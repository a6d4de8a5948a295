// The subprotocols of a WebSocket on `/v1/events`.
#pragma once

#include <net/http_request.hpp>
#include <wire/stream_request.hpp>

#include <thump/error.hpp>

#include <optional>
#include <string_view>

namespace thump::net {

/// What a client and the server have agreed to speak.
struct subprotocol {
    std::string_view name;         ///< empty: the client offers none of ours
    wire::stream_format events;    ///< the form of events
    wire::stream_format control;   ///< the form of everything else
};

/// Chooses the first of the client's offers that is known here and has the format asked for.
/// @param asked The `format` of the query, if it has one.
/// @return `errc::invalid_parameter` where offers are known here, but none has the format.
[[nodiscard]] result<subprotocol> choose_subprotocol(http_request const& request,
                                                     std::optional<wire::stream_format> asked);

}   // namespace thump::net
