// What is spoken on a connection: HTTP first, then perhaps WebSocket or SSE.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

namespace thump::net {

using steady_time = std::chrono::steady_clock::time_point;

/// The state machine behind a connection. Called on the connection's strand; does no I/O itself.
class protocol {
public:
    protocol() = default;
    protocol(protocol const&) = delete;
    protocol& operator=(protocol const&) = delete;
    virtual ~protocol() = default;

    /// Takes bytes that arrived; may change them.
    /// @return how many were taken. Fewer than given: the rest is offered again when the connection
    /// can go on (its replies were taken by the peer; others had their turn), or to the protocol
    /// that follows.
    virtual std::size_t on_bytes(std::span<char> bytes) = 0;

    /// The peer has finished sending.
    virtual void on_end_of_input() = 0;

    /// Some time has passed: now and then, at least once a second.
    virtual void on_tick(steady_time now) = 0;

    /// The server is going: end as soon as what is under way is finished.
    virtual void on_drain() = 0;

    /// The connection's subscription has ended: it overflowed under the policy `disconnect`.
    virtual void on_slow_consumer() {}

    /// The stream has come to the end that it was asked to have, and everything was sent.
    virtual void on_end_of_stream() {}

    /// An operator wants the subscription ended.
    virtual void on_closed_by_operator() {}

    /// Everything that waited to be sent has been sent.
    virtual void on_all_sent() {}
};

}   // namespace thump::net
