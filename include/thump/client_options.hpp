// Options of a client and of its streams.
#pragma once

#include <thump/position.hpp>
#include <thump/subscription_options.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace thump {

/// Options of a client. Every bound on what a server controls stands here. Each timeout and wait is
/// above 0 and at most 366 days.
struct client_options {
    /// Where the server is: `http://HOST[:PORT][/PREFIX]`, `ws://` likewise. The port is 80 unless
    /// it is named; a prefix is that of a proxy, put before every path.
    std::string url = "http://127.0.0.1:8080";
    /// Sent as `Authorization: Bearer TOKEN` (RFC 6750), never put into a message; empty: none.
    std::string token = {};

    /// Requests that were sent and are not yet answered, 1 to 1,000.
    std::size_t max_in_flight = 64;
    /// Requests that wait for a place among those; one more completes with `no_buffer_space`.
    std::size_t max_waiting = 10'000;
    /// Bytes of the requests that were begun and are not yet answered; one that would go beyond
    /// completes likewise, unless it is the only one.
    std::size_t max_waiting_bytes = std::size_t{64} << 20;
    std::size_t max_record_bytes = std::size_t{2} << 20;   ///< one record of a stream
    std::size_t max_body_bytes = std::size_t{96} << 20;    ///< the answer to a request

    std::chrono::milliseconds connect_timeout{10'000};   ///< a name, a connection, its handshake
    std::chrono::milliseconds request_timeout{30'000};   ///< from sending to the end of the answer
    /// A stream that hears nothing for half of this asks for a sign of life, and is taken for lost
    /// after the whole.
    std::chrono::milliseconds idle_timeout{60'000};

    /// The longest wait before the first attempt to reconnect; each wait is random between a half
    /// of the longest and the longest, which doubles from attempt to attempt.
    std::chrono::milliseconds retry_first{250};
    /// The longest wait before any attempt. Behind a connection that held for as long the waits are
    /// short again.
    std::chrono::milliseconds retry_most{15'000};
};

/// What a stream asks its server for. What is left empty, the server decides.
struct stream_subscription {
    std::vector<std::string> types = {};            ///< as in `subscription_options`
    std::vector<metadata_condition> where = {};     ///< as in `subscription_options`
    std::optional<std::size_t> queue = {};          ///< bound of the server's queue, in events
    std::optional<thump::overflow> overflow = {};   ///< what that queue does when it is full
    std::optional<std::string> key = {};            ///< as in `subscription_options`
    std::optional<position> since = {};             ///< none: what is published from now on
    std::optional<position> until = {};             ///< none: without end
    std::string name = {};                          ///< for operators, up to 255 bytes
};

/// Options of a stream.
struct stream_options {
    /// What to receive, and what the server does when this side is too slow.
    stream_subscription subscription = {};
    /// For the policy `latest`: events per second at the most, above 0; none: no such bound.
    std::optional<double> max_rate = {};
    /// Records read ahead of `async_receive`, 1 to 1,000,000. When they are as many, nothing more
    /// is read; the sockets' buffers then fill, then the server's queue, and its overflow policy
    /// acts.
    ///
    /// Pings are not read either, which stand behind the events. So a receiver that takes nothing
    /// for longer than the server waits for a pong (35 s by default), or for longer than
    /// `client_options::idle_timeout`, loses the connection. It still receives what was read
    /// ahead; then the stream makes another connection and resumes from history, or ends where
    /// `reconnect` is false.
    std::size_t read_ahead = 256;
    /// Whether a connection that was lost is made again, to resume after the last record.
    bool reconnect = true;
    /// Whether the first connection, too, is tried again until it succeeds.
    bool await_server = false;
};

/// What to read from history.
struct history_query {
    std::vector<std::string> types = {};          ///< as in `subscription_options`
    std::vector<metadata_condition> where = {};   ///< as in `subscription_options`
    std::optional<position> since = {};           ///< none: the oldest
    std::optional<position> until = {};           ///< none: the newest
    std::size_t limit = 100;                      ///< events, 1 to 1,000
};

}   // namespace thump
