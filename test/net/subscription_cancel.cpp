// Cancelling a receive that is under way.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace thump;
using boost::system::error_code;
using test::settle;
using test::take_all;
using test::text_of;

struct fixture {
    asio::io_context context;
    thump::broker broker{context.get_executor()};
    subscription s = broker.subscribe({.queue = 100'000});

    void publish(int count = 1)
    {
        for (int i = 0; i < count; ++i)
            broker.publish({.type = "t"});
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_cancel, fixture)

BOOST_AUTO_TEST_CASE(every_kind_of_cancellation_ends_a_receive)
{
    for (auto const type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total, asio::cancellation_type::all}) {
        asio::cancellation_signal signal;
        std::optional<error_code> got;
        s.async_receive(asio::bind_cancellation_slot(signal.slot(),
                                                     [&](error_code ec, delivery) { got = ec; }));
        signal.emit(asio::cancellation_type::none);
        settle(context);
        BOOST_TEST(!got);
        signal.emit(type);
        BOOST_TEST(!got);   // never inside the call
        settle(context);
        BOOST_TEST_REQUIRE(got.has_value());
        BOOST_TEST(*got == asio::error::operation_aborted);
    }
}

BOOST_AUTO_TEST_CASE(cancelled_receive_takes_nothing)
{
    asio::cancellation_signal signal;
    s.async_receive(asio::bind_cancellation_slot(signal.slot(), [](error_code ec, delivery d) {
        BOOST_TEST(ec == asio::error::operation_aborted);
        BOOST_TEST(text_of(d) == "nothing");
    }));
    signal.emit(asio::cancellation_type::total);
    publish(2);
    settle(context);
    BOOST_TEST(take_all(s) == "1 2");
    BOOST_TEST(s.ledger() == (ledger{.matched = 2, .delivered = 2}));
}

BOOST_AUTO_TEST_CASE(cancellation_after_completion_does_nothing)
{
    asio::cancellation_signal signal;
    std::string got;
    s.async_receive(asio::bind_cancellation_slot(
        signal.slot(), [&](error_code ec, delivery d) { got += ec ? "!" : text_of(d); }));
    publish();
    settle(context);
    signal.emit(asio::cancellation_type::all);
    settle(context);
    BOOST_TEST(got == "1");
}

BOOST_AUTO_TEST_CASE(cancellation_when_the_event_is_already_assigned_comes_too_late)
{
    publish();
    settle(context);
    asio::cancellation_signal signal;
    std::string got;
    s.async_receive(asio::bind_cancellation_slot(
        signal.slot(), [&](error_code ec, delivery d) { got += ec ? "!" : text_of(d); }));
    signal.emit(asio::cancellation_type::all);
    settle(context);
    BOOST_TEST(got == "1");
}

BOOST_AUTO_TEST_CASE(one_of_several_receives_can_be_cancelled)
{
    asio::cancellation_signal signal;
    std::string got;
    auto const note = [&](char name) {
        return [&got, name](error_code ec, delivery d) {
            got += name + (ec ? std::string{"!"} : text_of(d)) + ' ';
        };
    };
    s.async_receive(note('a'));
    s.async_receive(asio::bind_cancellation_slot(signal.slot(), note('b')));
    s.async_receive(note('c'));
    signal.emit(asio::cancellation_type::terminal);
    publish(3);
    settle(context);
    BOOST_TEST(got == "b! a1 c2 ");
    BOOST_TEST(take_all(s) == "3");
}

BOOST_AUTO_TEST_CASE(signal_may_outlive_the_subscription)
{
    asio::cancellation_signal signal;
    std::optional<error_code> got;
    s.async_receive(
        asio::bind_cancellation_slot(signal.slot(), [&](error_code ec, delivery) { got = ec; }));
    s = {};
    settle(context);
    BOOST_TEST(got.value() == errc::unsubscribed);
    signal.emit(asio::cancellation_type::all);
    settle(context);
}

BOOST_AUTO_TEST_CASE(receive_or_timer_whichever_is_first)
{
    using namespace asio::experimental::awaitable_operators;
    using namespace std::chrono_literals;
    std::string got;
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
            asio::steady_timer timer{context, 0ms};
            auto first = co_await (s.async_receive(asio::use_awaitable) ||
                                   timer.async_wait(asio::use_awaitable));
            got += first.index() == 0 ? "event " : "timer ";

            timer.expires_after(1h);
            publish();
            auto second = co_await (s.async_receive(asio::use_awaitable) ||
                                    timer.async_wait(asio::use_awaitable));
            got += second.index() == 0 ? text_of(std::get<0>(second)) : "timer";
        },
        asio::detached);
    test::run_until(context, [&] { return got == "timer 1"; });
    BOOST_TEST(s.ledger() == (ledger{.matched = 1, .delivered = 1}));
}

BOOST_AUTO_TEST_CASE(cancellation_that_races_with_delivery_loses_no_event)
{
    static constexpr std::uint64_t events = 20'000;
    auto strand = asio::make_strand(context);
    std::uint64_t received = 0;
    std::uint64_t cancelled = 0;
    bool ordered = true;
    std::atomic<bool> done{false};

    asio::co_spawn(
        strand,
        [&]() -> asio::awaitable<void> {
            while (received < events) {
                asio::cancellation_signal signal;
                // Runs on this strand while the broker delivers on another thread.
                asio::post(strand, [&] { signal.emit(asio::cancellation_type::total); });
                auto [ec, d] = co_await s.async_receive(asio::bind_cancellation_slot(
                    signal.slot(), asio::as_tuple(asio::use_awaitable)));
                // The signal must live until it was emitted.
                co_await asio::post(strand, asio::use_awaitable);
                if (ec) {
                    ++cancelled;
                    ordered = ordered && ec == asio::error::operation_aborted;
                } else {
                    ordered = ordered && d.is_event() && d.as_event()->seq == ++received;
                }
            }
            done = true;
        },
        asio::detached);

    test::running threads{context, 2};
    for (std::uint64_t i = 0; i < events;)
        if (!broker.publish({.type = "t"}))
            ++i;
        else
            std::this_thread::yield();
    test::wait_until([&] { return done.load(); });
    BOOST_TEST(ordered);
    BOOST_TEST(received == events);
    BOOST_TEST_MESSAGE(cancelled << " of the receives were cancelled");
    BOOST_TEST(s.ledger() == (ledger{.matched = events, .delivered = events}));
}

BOOST_AUTO_TEST_SUITE_END()
