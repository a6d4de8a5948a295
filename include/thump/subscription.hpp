// A subscriber inside the process.
#pragma once

#include <thump/delivery.hpp>
#include <thump/detail/api.hpp>
#include <thump/detail/initiation.hpp>
#include <thump/errc.hpp>
#include <thump/ledger.hpp>
#include <thump/subscription_options.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace thump {

namespace detail {
class mailbox;
class broker_impl;
}   // namespace detail

/// A stream of events and gaps, in the broker's order, through a bounded queue.
///
/// Destroying the handle unsubscribes. A receive that is under way then completes with
/// `errc::unsubscribed`.
///
/// Thread safety: distinct handles may be used from any threads; one handle from several threads at
/// once too, except for assignment and destruction.
class THUMP_API subscription {
public:
    using executor_type = boost::asio::any_io_executor;   ///< any executor of Asio

    /// A handle of no subscription. Receiving on it completes with `errc::unsubscribed`; a handler
    /// that names no executor then runs on a thread of Asio's own.
    subscription() noexcept;
    /// Leaves a handle of no subscription, which keeps its executor.
    subscription(subscription&& other) noexcept;
    subscription& operator=(subscription&& other) noexcept;   ///< unsubscribes from the old one
    ~subscription();

    /// Receives the next event or gap.
    ///
    /// Several receives may be under way; their handlers are posted in the order in which they
    /// began, and so run in that order where their executor is one strand or one thread. No handler
    /// runs inside this call.
    ///
    /// @param token Any completion token. By default what is returned can be awaited as it is:
    /// `co_await s.async_receive()`.
    ///
    /// Completion signature: `void(boost::system::error_code, thump::delivery)`.
    ///
    /// Errors: `errc::end_of_stream` after the broker stopped and the queue was read to its end;
    /// `errc::slow_consumer` after an overflow under the policy `disconnect`, likewise;
    /// `errc::stopped` likewise, where the broker's context went before it could be drained (told
    /// by `try_receive`: receives want that context);
    /// `errc::closed_by_operator` likewise; `errc::unsubscribed`;
    /// `asio::error::operation_aborted` when cancelled.
    ///
    /// Per-operation cancellation: terminal, partial and total. A receive that is cancelled in time
    /// takes nothing from the queue. One that is not completes with what it has taken, which is
    /// lost if nobody looks: as in `timer || receive` where both are done at once. There
    /// `async_wait` is the one to use.
    ///
    /// Executor: the handler runs on its associated executor, by default this subscription's. One
    /// that destroys handlers while they are posted to it must not be used: the handler could be
    /// the last to hold this subscription, whose lock is held then.
    template <boost::asio::completion_token_for<void(boost::system::error_code, delivery)>
                  CompletionToken = boost::asio::deferred_t>
    auto async_receive(CompletionToken&& token = {})
    {
        return boost::asio::async_initiate<CompletionToken,
                                           void(boost::system::error_code, delivery)>(
            detail::initiation{executor_,
                               [](auto handler, executor_type const& where,
                                  std::shared_ptr<detail::mailbox> box, executor_type ex) {
                                   initiate_receive(std::move(box), std::move(ex), where,
                                                    std::move(handler));
                               }},
            token, mailbox_, executor_);
    }

    /// Waits until there is something to receive, and takes nothing. So nothing is lost where it is
    /// cancelled, or where one waits for something else as well:
    ///
    ///     co_await (timer.async_wait(asio::use_awaitable) || s.async_wait(asio::use_awaitable));
    ///     while (auto const d = s.try_receive(ec)) use(*d);
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
    /// Errors: as `async_receive`, where that would not give an event or a gap.
    ///
    /// Per-operation cancellation: terminal, partial and total.
    ///
    /// Executor: as with `async_receive`.
    template <boost::asio::completion_token_for<void(boost::system::error_code)> CompletionToken =
                  boost::asio::deferred_t>
    auto async_wait(CompletionToken&& token = {})
    {
        return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code)>(
            detail::initiation{executor_,
                               [](auto handler, executor_type const& where,
                                  std::shared_ptr<detail::mailbox> box, executor_type ex) {
                                   initiate_wait(std::move(box), std::move(ex), where,
                                                 std::move(handler));
                               }},
            token, mailbox_, executor_);
    }

    /// The next event or gap if one is waiting, without waiting for one.
    /// @param ec Set to the same errors as `async_receive` gives; clear when nothing is waiting.
    [[nodiscard]] std::optional<delivery> try_receive(boost::system::error_code& ec);

    /// As `try_receive`, for as many as are waiting and `into` has room for, which costs less than
    /// one by one.
    /// @return how many there were.
    [[nodiscard]] std::size_t try_receive(std::span<delivery> into, boost::system::error_code& ec);

    /// Ends the subscription. What is queued is lost, and counted. Harmless when already ended.
    void unsubscribe() noexcept;

    /// Identifies the subscription among the broker's subscribers; 0 for a handle of none.
    [[nodiscard]] std::uint64_t id() const noexcept;

    /// The ledger at this instant.
    [[nodiscard]] thump::ledger ledger() const;

    /// Whether this is a handle of a subscription, ended or not.
    explicit operator bool() const noexcept { return mailbox_ != nullptr; }

    /// The broker's; the system's for a handle that was made without a subscription.
    [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

private:
    friend class broker;
    using receive_handler =
        boost::asio::any_completion_handler<void(boost::system::error_code, delivery)>;
    using wait_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;

    subscription(std::shared_ptr<detail::mailbox> box, executor_type ex) noexcept;

    static void initiate_receive(std::shared_ptr<detail::mailbox> box, executor_type ex,
                                 executor_type where, receive_handler handler);
    static void initiate_wait(std::shared_ptr<detail::mailbox> box, executor_type ex,
                              executor_type where, wait_handler handler);

    std::shared_ptr<detail::mailbox> mailbox_;
    executor_type executor_;   // never empty
};

}   // namespace thump
