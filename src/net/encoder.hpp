// Events and control records in the forms that connections send.
#pragma once

#include <wire/stream_request.hpp>

#include <thump/event_ptr.hpp>

#include <string>
#include <string_view>

namespace thump::net {

using detail::encoding;

/// The encoding of a WebSocket's stream.
/// @param deflated Whether permessage-deflate was agreed on.
[[nodiscard]] encoding ws_encoding(wire::stream_format format, bool deflated) noexcept;

/// The encoding of a stream of server-sent events.
/// @param chunked In chunks, or plain for HTTP/1.0.
[[nodiscard]] encoding sse_encoding(wire::stream_format format, bool chunked) noexcept;

[[nodiscard]] wire::stream_format format_of(encoding form) noexcept;

/// Whether it is a form of WebSockets; otherwise it is one of server-sent events.
[[nodiscard]] bool is_websocket(encoding form) noexcept;

/// Whether events are compressed for permessage-deflate.
[[nodiscard]] bool is_deflated(encoding form) noexcept;

/// Whether everything is sent in chunks of HTTP/1.1's chunked coding.
[[nodiscard]] bool is_chunked(encoding form) noexcept;

/// The event's frame in one form; made when first asked for, shared from then on.
/// Requires: the strand of the event's broker, or `e` was asked for this form there before.
detail::frame_ptr const& frame_of(published_event const& e, encoding form, std::string_view epoch);

/// Appends the event's frame in one form, for one group of subscribers alone: without keeping it,
/// unless others have asked for it before or will.
void append_frame(std::string& out, published_event const& e, encoding form,
                  std::string_view epoch);

/// A control record (`gap`, `welcome`, …) as it is, or as a CloudEvent.
/// @param name The record's `op`.
/// @param json The record in one line.
[[nodiscard]] std::string control_text(wire::stream_format format, std::string_view epoch,
                                       std::string_view name, std::string json);

/// Appends a control record in the form of a stream.
/// @param name The record's `op`; an SSE event is named `thump.` and this.
/// @param text The record in one line, as `control_text` makes it.
void append_control(std::string& out, encoding form, std::string_view name, std::string_view text);

/// Appends a chunk of HTTP/1.1's chunked coding (RFC 9112, 7.1). Requires: `payload` is not empty.
void append_chunk(std::string& out, std::string_view payload);

}   // namespace thump::net
