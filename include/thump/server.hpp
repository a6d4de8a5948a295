// The network face of a broker.
#pragma once

#include <thump/broker.hpp>
#include <thump/detail/api.hpp>
#include <thump/detail/initiation.hpp>
#include <thump/server_options.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace thump {

namespace detail {
class server_impl;
}   // namespace detail

/// How grave a line of the log is.
enum class log_level : std::uint8_t { debug, info, warning, error };

/// Takes the server's log: a level and one line without a line end. Called from the server's
/// threads, never two at once, and no more once the server is destroyed; must not throw.
using log_sink = std::function<void(log_level, std::string_view)>;

/// Serves a broker over HTTP, WebSocket and SSE, inside the process of whoever makes it.
///
/// It listens from the moment it is made, on the broker's executor.
///
/// Thread safety: every member function may be called from any thread.
///
/// Example: `examples/embedded_server.cpp`.
class THUMP_API server {
public:
    using executor_type = boost::asio::any_io_executor;   ///< any executor of Asio

    /// Listens.
    /// @param b The broker to serve; it must outlive the server.
    /// @param log Where log lines go; none: nowhere.
    /// @throw boost::system::system_error The address cannot be read or bound; the message names
    /// it.
    /// @throw std::system_error The system has no more threads; see `server_options::threads`.
    /// @throw std::invalid_argument An option is out of its range.
    explicit server(broker& b, server_options options = {}, log_sink log = {});

    /// Closes the listener and every connection at once, on the broker's context: its address is
    /// free when that has run. For a graceful end see `async_drain`.
    ~server();

    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// The port that the server listens on.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Address and port that the server listens on, as in `127.0.0.1:8080`.
    [[nodiscard]] std::string address() const;

    /// Connections now.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Ends gracefully: stops listening, answers `/readyz` with 503, stops the broker, lets every
    /// subscriber take what is queued for it, ends WebSockets with close code 1001 and SSE streams
    /// with a complete response. Connections that have not ended after `drain_timeout` are cut.
    ///
    /// @param token Any completion token. By default what is returned can be awaited as it is; the
    /// end begins when it is.
    ///
    /// Completion signature: `void(boost::system::error_code)`.
    ///
    /// Errors: `asio::error::timed_out` where connections were cut after `drain_timeout`;
    /// `asio::error::operation_aborted` when cancelled, or when the server was destroyed meanwhile.
    ///
    /// Per-operation cancellation: terminal and partial. It ends the waiting; what has begun to
    /// drain goes on.
    ///
    /// Executor: the handler runs on its associated executor, by default the broker's.
    template <boost::asio::completion_token_for<void(boost::system::error_code)> CompletionToken =
                  boost::asio::deferred_t>
    auto async_drain(CompletionToken&& token = {})
    {
        return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code)>(
            detail::initiation{get_executor(),
                               [](auto handler, executor_type const& where,
                                  std::shared_ptr<detail::server_impl> impl) {
                                   initiate_drain(std::move(impl), where, std::move(handler));
                               }},
            token, impl_);
    }

    [[nodiscard]] executor_type get_executor() const noexcept;   ///< the broker's

private:
    using drain_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;

    static void initiate_drain(std::shared_ptr<detail::server_impl> impl, executor_type where,
                               drain_handler handler);

    std::shared_ptr<detail::server_impl> impl_;
};

}   // namespace thump
