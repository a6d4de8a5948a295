// The server's side of the WebSocket handshake (RFC 6455, section 4.2).
#pragma once

#include <net/http_request.hpp>
#include <net/http_response.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace thump::net {

/// Whether the request asks to go over to WebSocket.
[[nodiscard]] bool wants_websocket(http_request const& request);

/// 426 with the protocol and its version to upgrade to (RFC 9110, 15.5.22).
[[nodiscard]] http_response make_upgrade_required(std::string detail);

/// The answer to a request for WebSocket that cannot be accepted; nothing where it can.
[[nodiscard]] std::optional<http_response> refuse_handshake(http_request const& request);

/// The response that accepts the request, in full. Requires: `refuse_handshake` gives nothing.
/// @param subprotocol Chosen where the client offers it; empty: none.
/// @param extensions Those agreed on, see `agree_on_deflate`; empty: none.
[[nodiscard]] std::string accept_handshake(http_request const& request,
                                           std::string_view subprotocol = {},
                                           std::string_view extensions = {});

/// The extension permessage-deflate as it is granted to the client (RFC 7692); empty where the
/// client does not offer it, or not in a way that can be granted.
[[nodiscard]] std::string agree_on_deflate(http_request const& request);

}   // namespace thump::net
