// Events and control records in the forms that connections send.
#pragma once

#include <thump/event_ptr.hpp>

#include <string>
#include <string_view>

namespace thump::net {

using detail::encoding;

/// Whether it is a form of WebSockets; otherwise it is one of server-sent events.
[[nodiscard]] constexpr bool is_websocket(encoding form) noexcept
{
    return form == encoding::ws_json || form == encoding::ws_json_deflate;
}

/// The event's frame in one form; made when first asked for, shared from then on.
/// Requires: the strand of the event's broker, or `e` was asked for this form there before.
detail::frame_ptr const& frame_of(published_event const& e, encoding form, std::string_view epoch);

/// Appends a control record (`gap`, `welcome`, …), JSON in one line, in the form of a stream.
/// @param name The record's `op`; an SSE event is named `thump.` and this.
void append_control(std::string& out, encoding form, std::string_view name, std::string_view json);

/// Appends a chunk of HTTP/1.1's chunked coding (RFC 9112, 7.1). Requires: `payload` is not empty.
void append_chunk(std::string& out, std::string_view payload);

}   // namespace thump::net
