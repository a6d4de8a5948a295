// A subscription to a server's events that survives the connection.
#pragma once

#include <thump/client_results.hpp>
#include <thump/detail/api.hpp>
#include <thump/detail/initiation.hpp>
#include <thump/errc.hpp>
#include <thump/gap.hpp>
#include <thump/position.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace thump {

namespace client_side {
class stream_impl;
}   // namespace client_side

/// A connection was made, the first or another one.
struct stream_connected {
    std::string epoch;            ///< of the server's broker
    std::uint64_t seq = 0;        ///< sequence number of the newest event
    std::uint64_t oldest = 0;     ///< that of the oldest event in history; 0: none
    std::optional<cursor> from;   ///< where the stream resumes; none: it begins
};

/// The connection was lost, or could not be made; another attempt follows.
struct stream_disconnected {
    error why;                              ///< what went wrong
    std::chrono::milliseconds retry_in{};   ///< until the attempt
};

/// What a stream gives: an event, the account of a loss, or news of the connection.
using stream_record = std::variant<received_event, gap, stream_connected, stream_disconnected>;

/// Events and gaps from a server, in the broker's order.
///
/// When the connection is lost the stream makes another one, after a wait that grows from attempt
/// to attempt, and asks for what comes after the last record that it read. Where the server no
/// longer has that, the stream goes on with a gap (`gap_reason::cursor_expired`); so every event
/// that matches is received, or told of, once. (Under the policy `latest` a connection that is lost
/// right behind a gap has that loss told again: events within its range may have waited behind it.)
///
/// Destroying the handle closes the stream.
///
/// Thread safety: distinct handles may be used from any threads; one handle from several threads at
/// once too, except for assignment and destruction.
class THUMP_API stream {
public:
    using executor_type = boost::asio::any_io_executor;   ///< any executor of Asio

    /// A handle of no stream. Receiving on it completes with `errc::unsubscribed`; a handler that
    /// names no executor then runs on a thread of Asio's own.
    stream() noexcept;
    /// Leaves a handle of no stream, which keeps its executor.
    stream(stream&& other) noexcept;
    stream& operator=(stream&& other) noexcept;   ///< closes the old one
    ~stream();

    /// Receives the next record.
    ///
    /// Several receives may be under way; their handlers are posted in the order in which they
    /// began, and so run in that order where their executor is one strand or one thread. No handler
    /// runs inside this call.
    ///
    /// @param token Any completion token. By default what is returned can be awaited as it is:
    /// `co_await s.async_receive()`.
    ///
    /// Completion signature: `void(boost::system::error_code, thump::stream_record)`.
    ///
    /// Errors: why the stream ended, for which `failure` has a sentence. `errc::end_of_stream`: the
    /// end that was asked for (`until`) is reached, or the server ended it in good order;
    /// `errc::unsubscribed`: this side closed it; `errc::slow_consumer` and
    /// `errc::closed_by_operator`: the server did; an error of the error table, or
    /// `beast::http::error::bad_status`: the server refuses the subscription; any error of the
    /// connection, where `stream_options` want no other attempt.
    /// `asio::error::operation_aborted`: this receive was cancelled.
    ///
    /// Per-operation cancellation: terminal, partial and total. A receive that is cancelled in time
    /// takes nothing; one that is not completes with what it has taken, which is lost if nobody
    /// looks, as in `timer || receive`. There `async_wait` is the one to use.
    ///
    /// Executor: the handler runs on its associated executor, by default this stream's.
    template <boost::asio::completion_token_for<void(boost::system::error_code, stream_record)>
                  CompletionToken = boost::asio::deferred_t>
    auto async_receive(CompletionToken&& token = {})
    {
        return boost::asio::async_initiate<CompletionToken,
                                           void(boost::system::error_code, stream_record)>(
            detail::initiation{
                executor_,
                [](auto handler, executor_type const& where,
                   std::shared_ptr<client_side::stream_impl> impl, executor_type ex) {
                    initiate_receive(std::move(impl), std::move(ex), where, std::move(handler));
                }},
            token, impl_, executor_);
    }

    /// Waits until there is something to receive, and takes nothing. So nothing is lost where it is
    /// cancelled, or where one waits for something else as well:
    ///
    ///     co_await (timer.async_wait(asio::use_awaitable) || s.async_wait(asio::use_awaitable));
    ///     while (auto const record = s.try_receive(ec)) use(*record);
    ///
    /// Waits and receives that are under way are served in the order in which they began; another
    /// may have taken what there was by the time the handler runs. No handler runs inside this
    /// call.
    ///
    /// @param token Any completion token. By default what is returned can be awaited as it is:
    /// `co_await s.async_wait()`.
    ///
    /// Completion signature: `void(boost::system::error_code)`.
    ///
    /// Errors: as `async_receive`, where that would not give a record.
    ///
    /// Per-operation cancellation: terminal, partial and total.
    ///
    /// Executor: as with `async_receive`.
    template <boost::asio::completion_token_for<void(boost::system::error_code)> CompletionToken =
                  boost::asio::deferred_t>
    auto async_wait(CompletionToken&& token = {})
    {
        return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code)>(
            detail::initiation{
                executor_,
                [](auto handler, executor_type const& where,
                   std::shared_ptr<client_side::stream_impl> impl, executor_type ex) {
                    initiate_wait(std::move(impl), std::move(ex), where, std::move(handler));
                }},
            token, impl_, executor_);
    }

    /// The next record if one has been read ahead, without waiting for one.
    /// @param ec Set to the same errors as `async_receive` gives; clear when nothing is waiting.
    [[nodiscard]] std::optional<stream_record> try_receive(boost::system::error_code& ec);

    /// Closes the stream: nothing is received any more, and records that were read ahead are lost.
    /// Harmless when already closed.
    void close() noexcept;

    /// The place of the last record received, or where the stream began: to be kept, and given to
    /// another stream as its `since`. None: the stream began with no cursor, and no server's word
    /// of where that was has been received (`stream_connected`).
    [[nodiscard]] std::optional<thump::cursor> cursor() const;

    /// Why the stream ended, with a sentence; empty while it has not. Records that were read ahead
    /// may still wait.
    [[nodiscard]] error failure() const;

    [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }   ///< client's

private:
    friend class client;
    using receive_handler =
        boost::asio::any_completion_handler<void(boost::system::error_code, stream_record)>;
    using wait_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;

    explicit stream(std::shared_ptr<client_side::stream_impl> impl) noexcept;

    static void initiate_receive(std::shared_ptr<client_side::stream_impl> impl, executor_type ex,
                                 executor_type where, receive_handler handler);
    static void initiate_wait(std::shared_ptr<client_side::stream_impl> impl, executor_type ex,
                              executor_type where, wait_handler handler);

    std::shared_ptr<client_side::stream_impl> impl_;
    executor_type executor_;   // never empty
};

}   // namespace thump
