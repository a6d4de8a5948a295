// WebSocket on a connection (RFC 6455).
#pragma once

#include <net/protocol.hpp>
#include <wire/ws_frame.hpp>
#include <wire/ws_reader.hpp>

#include <thump/errc.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace thump::net {

class connection;
class ws_session;

/// What a WebSocket is for.
class ws_handler {
public:
    virtual ~ws_handler() = default;

    /// A whole message has arrived. `text` lives until this returns.
    virtual void on_message(ws_session& session, std::string_view text, bool binary) = 0;
};

/// Reads messages, answers pings, sends pings, and does the closing handshake from either side.
class ws_session final : public protocol {
public:
    ws_session(net::connection& c, std::unique_ptr<ws_handler> handler,
               wire::ws_reader::options const& limits);

    [[nodiscard]] net::connection& connection() noexcept { return connection_; }

    /// Whether messages are still exchanged.
    [[nodiscard]] bool open() const noexcept;

    /// Whether permessage-deflate was agreed on.
    [[nodiscard]] bool deflates() const noexcept { return deflates_; }

    /// Sends a message; it goes out with the rest of the outbox.
    void send(std::string_view message, bool binary = false);

    /// Begins the closing handshake. Events that were not begun are not sent any more.
    void close(std::uint16_t code, std::string_view reason);
    /// Likewise, and tells the peer first what it loses by that.
    void close(errc why);

    std::size_t on_bytes(std::span<char> bytes) override;
    void on_end_of_input() override;
    void on_tick(steady_time now) override;
    void on_drain() override;
    void on_slow_consumer() override { close(errc::slow_consumer); }
    void on_end_of_stream() override { close(wire::close_code::normal, "end of stream"); }
    void on_closed_by_operator() override { close(errc::closed_by_operator); }
    void on_all_sent() override;

private:
    void on_received(wire::ws_received const& r);
    void note_progress(bool completed);
    void on_peer_close(std::uint16_t code);

    net::connection& connection_;
    std::unique_ptr<ws_handler> handler_;
    wire::ws_reader reader_;
    steady_time next_ping_;
    steady_time pong_by_{};      // while a ping is unanswered
    steady_time message_by_{};   // when the message that has begun has to be here; 0: none has
    bool const deflates_;
    bool ping_unanswered_ = false;
    bool ending_ = false;      // close when everything queued was sent
    bool closing_ = false;     // our close frame is in the outbox, or sent
    steady_time close_by_{};   // when the peer's close frame had to be here
};

}   // namespace thump::net
