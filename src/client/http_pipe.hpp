// Requests to one server over one kept connection, pipelined (RFC 9112, section 9.3.2).
#pragma once

#include <client/endpoint.hpp>

#include <thump/client_options.hpp>
#include <thump/error.hpp>

#include <net/shutdown_service.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace thump::client_side {

/// A request.
struct http_call {
    std::string target;
    std::string content_type = {};   ///< empty: a GET
    std::string body = {};

    [[nodiscard]] bool is_safe() const noexcept { return content_type.empty(); }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return target.size() + body.size(); }
};

/// An answer, of any status.
struct http_reply {
    unsigned status = 0;
    std::string body;
};

/// Sends requests in order, at most so many ahead of their answers, and gives each its answer.
///
/// Thread safety: none; all of it runs on the strand that it is given.
class http_pipe final : public detail::handler_keeper,
                        public std::enable_shared_from_this<http_pipe> {
public:
    /// Takes the answer, or what went wrong. Called on the strand, perhaps inside a call of the
    /// pipe.
    using reply_handler = boost::asio::any_completion_handler<void(error, http_reply)>;

    http_pipe(boost::asio::any_io_executor strand, endpoint where, client_options const& options);
    ~http_pipe();
    http_pipe(http_pipe const&) = delete;
    http_pipe& operator=(http_pipe const&) = delete;

    /// Sends a request as soon as there is a place.
    /// @return names it for `cancel`.
    std::uint64_t send(http_call call, reply_handler on_reply);

    /// Completes a request with `operation_aborted`, if it is still under way; but not one that may
    /// have had its effect, where the cancellation promises that there is none.
    void cancel(std::uint64_t id, boost::asio::cancellation_type type);

    /// Completes every request with `operation_aborted`, those too that are yet to be sent, and
    /// closes the connection.
    void close();

    [[nodiscard]] std::shared_ptr<void> share() noexcept override
    {
        return weak_from_this().lock();
    }
    /// The context goes: destroys the handlers of all requests.
    void destroy_handlers() override;

private:
    using clock = std::chrono::steady_clock;
    using parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

    struct request {
        std::uint64_t id;
        http_call call;
        reply_handler on_reply;   // empty once it was cancelled
        clock::time_point sent_at = {};
        bool tried = false;   // a kept connection ended under it
    };

    // What ends with a connection. Completions of one that was given up find another in its place.
    struct link {
        explicit link(boost::asio::any_io_executor const& ex) : socket{ex}, resolver{ex} {}

        boost::asio::ip::tcp::socket socket;
        boost::asio::ip::tcp::resolver resolver;
        boost::beast::flat_buffer input;
        std::optional<parser> reply;
        std::string output;
        bool open = false;
        bool writing = false;
        std::size_t answered = 0;
    };
    using link_ptr = std::shared_ptr<link>;

    [[nodiscard]] bool has_room(http_call const& call) const noexcept;
    void connect();
    void on_connect(link_ptr const& l, boost::system::error_code ec);
    void write_some();
    void read_next();
    void on_reply();
    void watch();
    void lose(boost::system::error_code ec);
    void drop_link();
    // What they took of the bounds is free again before anyone is told, who may ask for more.
    void release(std::deque<request> const& requests) noexcept;
    static void tell_all(std::deque<request> requests, error const& why);
    void append(std::string& out, http_call const& call) const;

    boost::asio::any_io_executor const strand_;
    endpoint const where_;
    client_options const options_;
    detail::shutdown_service& service_;
    std::string fields_;   // those that every request has
    boost::asio::steady_timer deadline_;
    link_ptr link_;   // null: not connected
    std::deque<request> waiting_;
    std::deque<request> sent_;
    std::size_t held_bytes_ = 0;   // of both
    std::uint64_t next_id_ = 1;
    bool closed_ = false;
};

}   // namespace thump::client_side
