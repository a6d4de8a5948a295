// Options of the network face.
#pragma once

#include <thump/subscription_options.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace thump {

/// Options of a server. Every bound on what a peer controls stands here.
struct server_options {
    /// Address and port to listen on: `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:80`. Port 0 takes
    /// any free one (see `server::port`).
    std::string listen = "127.0.0.1:8080";
    /// Pages of these origins may connect from a browser; `*` allows all. A page served by this
    /// very server may too, where it was asked for by an address, by a name without a dot, or by
    /// the host of one of these origins; by any other name only what is listed here. A server that
    /// listens on the loopback is not to be reached by any other name at all. Each is an origin as
    /// browsers write it, `https://example.org`, or `*`.
    std::vector<std::string> allowed_origins = {};

    /// Threads that send to subscribers, the broker's own among them: 1 to 64. More than one starts
    /// threads, which help whenever an event goes to many subscribers at once and sleep otherwise.
    /// Order and figures are the same with any number.
    std::size_t threads = 1;

    std::size_t max_connections = 50'000;                   ///< open connections, at least 1
    std::size_t max_header_bytes = std::size_t{16} << 10;   ///< a request's head, at least 256
    std::size_t max_body_bytes = std::size_t{1} << 20;      ///< a request's body, at least 1
    std::size_t max_message_bytes = std::size_t{1} << 20;   ///< a WebSocket message, 1 to 1 GiB
    /// Whether WebSockets that offer permessage-deflate (RFC 7692) are sent compressed events and
    /// may send compressed messages. An event is compressed once for all of them.
    bool permessage_deflate = false;
    /// Replies waiting for a peer that does not read them; above it nothing more is read from it.
    std::size_t max_reply_backlog_bytes = std::size_t{256} << 10;
    /// SO_SNDBUF of each connection: what the kernel takes on a slow reader's behalf; to 1 GiB.
    /// 0: the system's.
    std::size_t send_buffer_bytes = std::size_t{256} << 10;

    // Times are above 0 and at most 366 days; where it says so, 0 too.
    std::chrono::milliseconds header_timeout{
        10'000};   ///< from the first byte of a request to the end of its head
    /// From the end of the head to the end of the body, and from the first byte of a WebSocket
    /// message to its last.
    std::chrono::milliseconds body_timeout{30'000};
    /// For a peer that does not subscribe to take replies that wait for it; one second is added for
    /// every 16 KiB of them and of `send_buffer_bytes`.
    std::chrono::milliseconds send_timeout{30'000};
    std::chrono::milliseconds idle_timeout{75'000};    ///< keep-alive without a request
    std::chrono::milliseconds ping_interval{25'000};   ///< WebSocket: a ping this often
    std::chrono::milliseconds pong_timeout{10'000};    ///< WebSocket: the pong within this
    std::chrono::milliseconds close_timeout{
        5'000};   ///< WebSocket: the close handshake within this
    std::chrono::milliseconds heartbeat_interval{15'000};   ///< SSE: a comment this often
    std::chrono::milliseconds sse_retry{2'000};   ///< SSE: reconnection time told to browsers, or 0
    /// From `async_drain` to the end of every connection; 0: they are cut at once.
    std::chrono::milliseconds drain_timeout{10'000};

    /// Queue bounds and policy of subscribers that ask for none; the rest is ignored. `queue` is 1
    /// to `max_queue`, `queue_bytes` at least 1, and `key` not empty.
    subscription_options subscriber_defaults = {};
    /// The largest queue that a subscriber may ask for, 1 to 1,000,000 events.
    std::size_t max_queue = 10'000;
};

}   // namespace thump
