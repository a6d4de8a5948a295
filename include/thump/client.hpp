// A client of a server, over HTTP and WebSocket.
#pragma once

#include <thump/client_options.hpp>
#include <thump/client_results.hpp>
#include <thump/detail/api.hpp>
#include <thump/detail/initiation.hpp>
#include <thump/error.hpp>
#include <thump/event.hpp>
#include <thump/stream.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace thump {

namespace client_side {
class client_impl;

/// A token for an operation that completes with an error or a `T`.
template <class Token, class T>
concept completes_with =
    boost::asio::completion_token_for<Token, void(boost::system::error_code, T)>;
}   // namespace client_side

/// Publishes to a server, subscribes to it, asks it.
///
/// Requests go over one kept connection, which is made when it is first needed and again when it
/// was lost. They are pipelined, at most `client_options::max_in_flight` at a time, and answered in
/// their order. Each stream has a connection of its own. A kept connection is always read from, so
/// the context that it runs on has work for as long as the client lives; it must outlive the client
/// and its streams.
///
/// Every request has a form that takes an `error&` before the token: it is set, before the handler
/// runs, to what went wrong, with a sentence and the place of the fault, and must live until then.
///
/// Of every request:
///
/// Token: any completion token. By default what is returned can be awaited as it is
/// (`co_await client.async_stats()`), and the request begins when it is.
///
/// Completion signature: `void(boost::system::error_code, T)`, T being the type that is named.
///
/// Errors: what the server answers, by the error table (`errc::invalid_type`, `errc::intake_full`
/// …), or `beast::http::error::bad_status` where it names no error of the table;
/// `asio::error::no_buffer_space` where too many requests, or too many bytes of them, wait;
/// `errc::request_timeout`; any error of the connection, which ends with a request that takes too
/// long (`asio::error::connection_aborted` for what was sent behind it). After one of these last
/// two nobody knows whether the request had its effect; requests that only ask are tried a second
/// time where that can help.
///
/// Per-operation cancellation: terminal, partial and total. A request that was not yet sent is
/// withdrawn; of one that was, the answer is not waited for. What publishes and was sent goes on where
/// the cancellation is total: nobody could say that it had no effect.
///
/// Executor: the handler runs on its associated executor, by default this client's.
///
/// Thread safety: every member function may be called from any thread.
class THUMP_API client {
public:
    using executor_type = boost::asio::any_io_executor;   ///< any executor of Asio

    /// Makes a client. It connects when it is first asked for something.
    /// @param ex Where it runs. The client makes a strand of it.
    /// @throw std::invalid_argument The URL cannot be read, or an option is out of its range.
    explicit client(executor_type ex, client_options options = {});

    /// Ends what is under way with `operation_aborted`, and likewise what starts later: a request
    /// with a lazy token (`boost::asio::deferred`). Streams may outlive the client.
    ~client();

    client(client const&) = delete;
    client& operator=(client const&) = delete;

    /// Publishes an event; its `seq` is not sent. Completes with a `receipt`.
    ///
    /// In a coroutine give the event a name first: GCC 12 destroys an aggregate twice when it is
    /// made within the expression of a `co_await`.
    template <client_side::completes_with<receipt> CompletionToken = boost::asio::deferred_t>
    auto async_publish(event e, CompletionToken&& token = {})
    {
        return start<receipt, &client::begin_publish>(nullptr, std::forward<CompletionToken>(token),
                                                      std::move(e));
    }
    /// As above; `why` tells more of an error, and must live until completion.
    template <client_side::completes_with<receipt> CompletionToken = boost::asio::deferred_t>
    auto async_publish(event e, error& why, CompletionToken&& token = {})
    {
        return start<receipt, &client::begin_publish>(&why, std::forward<CompletionToken>(token),
                                                      std::move(e));
    }

    /// Publishes events, all or none of which the server finds valid. Completes with a
    /// `batch_receipt`; an event that the server refuses for want of room is no error of the
    /// request. The batch's JSON must fit the server's limit on a body (1 MiB by default).
    template <client_side::completes_with<batch_receipt> CompletionToken = boost::asio::deferred_t>
    auto async_publish_batch(std::vector<event> events, CompletionToken&& token = {})
    {
        return start<batch_receipt, &client::begin_publish_batch>(
            nullptr, std::forward<CompletionToken>(token), std::move(events));
    }
    /// As above; `why` tells more of an error, and must live until completion.
    template <client_side::completes_with<batch_receipt> CompletionToken = boost::asio::deferred_t>
    auto async_publish_batch(std::vector<event> events, error& why, CompletionToken&& token = {})
    {
        return start<batch_receipt, &client::begin_publish_batch>(
            &why, std::forward<CompletionToken>(token), std::move(events));
    }

    /// Reads from history; in a coroutine give the query a name first. Completes with a
    /// `history_page`, or with `errc::cursor_expired` where history no longer reaches back to
    /// `since`.
    template <client_side::completes_with<history_page> CompletionToken = boost::asio::deferred_t>
    auto async_history(history_query query, CompletionToken&& token = {})
    {
        return start<history_page, &client::begin_history>(
            nullptr, std::forward<CompletionToken>(token), std::move(query));
    }
    /// As above; `why` tells more of an error, and must live until completion.
    template <client_side::completes_with<history_page> CompletionToken = boost::asio::deferred_t>
    auto async_history(history_query query, error& why, CompletionToken&& token = {})
    {
        return start<history_page, &client::begin_history>(
            &why, std::forward<CompletionToken>(token), std::move(query));
    }

    /// Asks for the catalog. Completes with a `remote_catalog`.
    template <client_side::completes_with<remote_catalog> CompletionToken = boost::asio::deferred_t>
    auto async_types(CompletionToken&& token = {})
    {
        return start<remote_catalog, &client::begin_types>(nullptr,
                                                           std::forward<CompletionToken>(token));
    }
    /// As above; `why` tells more of an error, and must live until completion.
    template <client_side::completes_with<remote_catalog> CompletionToken = boost::asio::deferred_t>
    auto async_types(error& why, CompletionToken&& token = {})
    {
        return start<remote_catalog, &client::begin_types>(&why,
                                                           std::forward<CompletionToken>(token));
    }

    /// Asks for the totals. Completes with `remote_stats`.
    template <client_side::completes_with<remote_stats> CompletionToken = boost::asio::deferred_t>
    auto async_stats(CompletionToken&& token = {})
    {
        return start<remote_stats, &client::begin_stats>(nullptr,
                                                         std::forward<CompletionToken>(token));
    }
    /// As above; `why` tells more of an error, and must live until completion.
    template <client_side::completes_with<remote_stats> CompletionToken = boost::asio::deferred_t>
    auto async_stats(error& why, CompletionToken&& token = {})
    {
        return start<remote_stats, &client::begin_stats>(&why,
                                                         std::forward<CompletionToken>(token));
    }

    /// Asks for the subscribers. Completes with `remote_subscribers`.
    template <
        client_side::completes_with<remote_subscribers> CompletionToken = boost::asio::deferred_t>
    auto async_subscribers(CompletionToken&& token = {})
    {
        return start<remote_subscribers, &client::begin_subscribers>(
            nullptr, std::forward<CompletionToken>(token));
    }
    /// As above; `why` tells more of an error, and must live until completion.
    template <
        client_side::completes_with<remote_subscribers> CompletionToken = boost::asio::deferred_t>
    auto async_subscribers(error& why, CompletionToken&& token = {})
    {
        return start<remote_subscribers, &client::begin_subscribers>(
            &why, std::forward<CompletionToken>(token));
    }

    /// Subscribes. The stream connects at once; whether the server accepts the subscription is told
    /// by its first record.
    /// @throw std::invalid_argument An option is out of its range.
    [[nodiscard]] stream subscribe(stream_options options = {});

    [[nodiscard]] executor_type get_executor() const noexcept;   ///< that it was made with

private:
    using impl_ptr = std::shared_ptr<client_side::client_impl>;
    template <class T>
    using handler_of = boost::asio::any_completion_handler<void(boost::system::error_code, T)>;

    static void begin_publish(impl_ptr, error*, executor_type, handler_of<receipt>, event);
    static void begin_publish_batch(impl_ptr, error*, executor_type, handler_of<batch_receipt>,
                                    std::vector<event>);
    static void begin_history(impl_ptr, error*, executor_type, handler_of<history_page>,
                              history_query);
    static void begin_types(impl_ptr, error*, executor_type, handler_of<remote_catalog>);
    static void begin_stats(impl_ptr, error*, executor_type, handler_of<remote_stats>);
    static void begin_subscribers(impl_ptr, error*, executor_type, handler_of<remote_subscribers>);

    template <class T, auto Begin, class CompletionToken, class... Args>
    auto start(error* why, CompletionToken&& token, Args... args)
    {
        return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code, T)>(
            detail::initiation{get_executor(),
                               [](auto handler, executor_type const& where, impl_ptr impl,
                                  error* to, auto... given) {
                                   Begin(std::move(impl), to, where, std::move(handler),
                                         std::move(given)...);
                               }},
            token, impl_, why, std::move(args)...);
    }

    impl_ptr impl_;
};

}   // namespace thump
