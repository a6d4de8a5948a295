// Server-sent events on a connection (WHATWG HTML, 9.2).
#pragma once

#include <net/encoder.hpp>
#include <net/protocol.hpp>

namespace thump::net {

class connection;

/// An event stream: whatever the peer still sends is ignored, and a comment now and then shows
/// that the stream is alive.
class sse_session final : public protocol {
public:
    /// @param form The stream's encoding: in chunks, or plain for HTTP/1.0.
    sse_session(connection& c, encoding form);

    std::size_t on_bytes(std::span<char> bytes) override { return bytes.size(); }
    void on_end_of_input() override;
    void on_tick(steady_time now) override;
    void on_drain() override;
    void on_slow_consumer() override;
    void on_end_of_stream() override { end(); }
    void on_closed_by_operator() override;
    void on_all_sent() override;

private:
    void end();

    connection& connection_;
    encoding const form_;
    steady_time next_comment_;
    bool ending_ = false;
};

}   // namespace thump::net
