// HTTP/1 on a connection: one request after another, each answered in its turn.
#pragma once

#include <net/http_parser.hpp>
#include <net/http_request.hpp>
#include <net/http_response.hpp>
#include <net/protocol.hpp>

#include <memory>
#include <string_view>

namespace thump::net {

class connection;
class http_session;

/// Answers requests: calls exactly one of the session's `respond`, `respond_raw`.
class request_handler {
public:
    virtual void handle(http_session& session, http_request const& request) = 0;

    /// The time now, as the field Date writes it.
    [[nodiscard]] virtual std::string_view date() = 0;

protected:
    ~request_handler() = default;
};

/// Reads requests, has them answered, and keeps the deadlines: a request's head and body must each
/// arrive within a time that a drip of bytes cannot push on.
class http_session final : public protocol {
public:
    /// @param handler Must outlive the connection.
    http_session(net::connection& c, request_handler& handler);

    [[nodiscard]] net::connection& connection() noexcept { return connection_; }

    /// Answers the request being handled.
    void respond(http_response response, http_request const& request);

    /// Answers it with bytes already written, and goes over to another protocol.
    void upgrade(std::string_view response, std::unique_ptr<protocol> next);

    std::size_t on_bytes(std::span<char> bytes) override;
    void on_end_of_input() override;
    void on_tick(steady_time now) override;
    void on_drain() override;

private:
    enum class phase { first_head, idle, head, body };

    void enter(phase next) noexcept;
    void note_progress() noexcept;
    void answer_failure(error const& why);
    [[nodiscard]] bool idle() const noexcept;
    [[nodiscard]] std::chrono::milliseconds time_allowed() const noexcept;

    net::connection& connection_;
    request_handler& handler_;
    http_parser parser_;
    phase phase_ = phase::first_head;
    steady_time phase_since_;
};

}   // namespace thump::net
