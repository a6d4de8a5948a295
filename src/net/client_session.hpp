// What a WebSocket client may say to the broker, and what it is answered.
#pragma once

#include <net/ws_session.hpp>
#include <wire/control_json.hpp>

#include <string>
#include <string_view>

namespace thump::net {

/// Publishes, subscribes and answers for a WebSocket on `/v1/events`.
class client_session final : public ws_handler {
public:
    /// @param format Of control records: whether every message is a CloudEvent.
    explicit client_session(wire::stream_format format) noexcept : format_{format} {}

    void on_message(ws_session& session, std::string_view text, bool binary) override;

private:
    void publish(ws_session& session, wire::publish_message&& message);
    void subscribe(ws_session& session, wire::subscribe_message&& message);
    void answer(ws_session& session, std::string_view op, std::string json) const;
    void refuse(ws_session& session, wire::message_ref const& ref, error const& why) const;

    wire::stream_format const format_;
};

}   // namespace thump::net
