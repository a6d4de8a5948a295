// The forms in which an event can be written to a connection.
#pragma once

#include <cstdint>

namespace thump::detail {

enum class encoding : std::uint8_t {
    ws_json,           ///< a WebSocket text frame
    sse_json,          ///< an SSE event in a chunk of HTTP/1.1's chunked coding
    sse_plain,         ///< an SSE event alone, for HTTP/1.0
    ws_json_deflate,   ///< a WebSocket text frame for those who agreed on permessage-deflate
    // The same, the event being written as a CloudEvent.
    ws_cloud,
    sse_cloud,
    sse_cloud_plain,
    ws_cloud_deflate,
};

}   // namespace thump::detail
