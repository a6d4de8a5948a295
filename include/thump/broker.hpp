// The broker as an Asio component.
#pragma once

#include <thump/broker_options.hpp>
#include <thump/detail/api.hpp>
#include <thump/detail/initiation.hpp>
#include <thump/error.hpp>
#include <thump/event.hpp>
#include <thump/receipt.hpp>
#include <thump/stats.hpp>
#include <thump/subscription.hpp>
#include <thump/subscription_options.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace thump {

class server;

/// An in-memory event broker: events come in from any thread, get one order, and go out to every
/// subscription that wants them. Publishing never blocks and never waits for a subscriber.
///
/// The broker starts when it is made and runs on a strand of the executor that it is given; it
/// needs somebody to run that executor's context, which must outlive it.
///
/// Thread safety: every member function may be called from any thread, at any time.
///
/// Example: `examples/pubsub.cpp`.
class THUMP_API broker {
public:
    using executor_type = boost::asio::any_io_executor;   ///< any executor of Asio

    /// Makes a broker.
    /// @param ex Where it runs. The broker makes a strand of it, unless
    /// `broker_options::implicit_strand` says that it is one.
    /// @throw std::invalid_argument An option is out of its range.
    explicit broker(executor_type ex, broker_options options = {});

    /// Stops the broker (see `stop`). Subscriptions may outlive it, and read their queues to the
    /// end. History goes with it: those that had yet to read there are told what they lose.
    ~broker();

    broker(broker const&) = delete;
    broker& operator=(broker const&) = delete;

    /// Publishes an event: hands it to the bounded intake and returns at once.
    ///
    /// Events that one thread publishes keep their order.
    ///
    /// @return Nothing wrong: the event is accepted and will get a sequence number, unless it
    /// repeats another (`broker_options::dedup_window`). `errc::intake_full`: it was refused and
    /// counted. `errc::stopped`: likewise. An `errc::invalid_…`, `errc::unknown_type` or
    /// `errc::event_too_large`: the event breaks a rule of `event` (not counted as refused). An
    /// event that is not accepted is left as it was, to be published again.
    boost::system::error_code publish(event&& e);

    /// Publishes a copy: as above. It goes into the room of an event that has gone, which costs no
    /// allocation.
    boost::system::error_code publish(event const& e);

    /// Publishes copies of events, in their order and with one timestamp: cheaper than one by one.
    /// Events of other threads may come between them.
    ///
    /// The batch is checked whole: where an event breaks a rule none is accepted, and `index` says
    /// which. Where the intake is full, or the broker has stopped, the events from `index` on are
    /// refused and counted; those before it are accepted.
    batch_admission publish_batch(std::span<event const> events);

    /// Publishes an event and tells its sequence number.
    ///
    /// @param token Any completion token. By default what is returned can be awaited as it is; the
    /// event is then published when it is.
    ///
    /// Completion signature: `void(boost::system::error_code, thump::receipt)`.
    ///
    /// Errors: as `publish`.
    ///
    /// Per-operation cancellation: none; the event is accepted or refused before this returns.
    ///
    /// Executor: the handler runs on its associated executor, by default this broker's.
    ///
    /// In a coroutine give the event a name first: g++ 12 destroys one that is written out in the
    /// operand of `co_await` twice.
    template <boost::asio::completion_token_for<void(boost::system::error_code, receipt)>
                  CompletionToken = boost::asio::deferred_t>
    auto async_publish(event e, CompletionToken&& token = {})
    {
        return boost::asio::async_initiate<CompletionToken,
                                           void(boost::system::error_code, receipt)>(
            detail::initiation{get_executor(),
                               [](auto handler, executor_type const& where,
                                  std::shared_ptr<detail::broker_impl> impl, event ev) {
                                   initiate_publish(std::move(impl), std::move(ev), where,
                                                    std::move(handler));
                               }},
            token, impl_, std::move(e));
    }

    /// Subscribes. Within the expression of a `co_await` give the options a name first (see
    /// `async_publish`). The subscription sees every matching event whose `publish` begins after
    /// this call returns, and may see earlier ones that are still in the intake.
    /// @throw boost::system::system_error `errc::invalid_parameter`, `errc::too_many_subscribers`,
    /// `errc::stopped`; its text says what is wrong with which option.
    [[nodiscard]] subscription subscribe(subscription_options options = {});

    /// As `subscribe`, without throwing.
    /// @param ec Set to what went wrong, cleared otherwise.
    [[nodiscard]] subscription subscribe(subscription_options options,
                                         boost::system::error_code& ec);

    /// Likewise.
    /// @param why Set to what went wrong and a sentence about it, cleared otherwise.
    [[nodiscard]] subscription subscribe(subscription_options options, error& why);

    /// Ends a subscription (the same as `s.unsubscribe()`). Harmless when already ended.
    void unsubscribe(subscription& s) noexcept { s.unsubscribe(); }

    /// Stops: publishing is refused from now on; what was accepted reaches the subscribers' queues,
    /// which can still be read to their end; then every stream reports its end. Harmless when
    /// already stopped.
    void stop();

    /// Subscriptions now, of every transport.
    [[nodiscard]] std::size_t subscriber_count() const noexcept;

    /// Totals at this instant.
    [[nodiscard]] thump::stats stats() const;

    /// Random token of this broker's life; the first half of a cursor `EPOCH:SEQ`.
    [[nodiscard]] std::string const& epoch() const noexcept;

    /// The executor that the broker was made with, and that handlers run on by default: not its
    /// strand, so that handlers on a context of several threads may run at once.
    [[nodiscard]] executor_type get_executor() const noexcept;

private:
    friend class server;
    using publish_handler =
        boost::asio::any_completion_handler<void(boost::system::error_code, receipt)>;

    static void initiate_publish(std::shared_ptr<detail::broker_impl> impl, event e,
                                 executor_type where, publish_handler handler);

    std::shared_ptr<detail::broker_impl> impl_;
};

}   // namespace thump
