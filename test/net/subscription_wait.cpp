// Waiting for something to receive, without taking it.
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
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

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
    subscription s = broker.subscribe({.queue = 3});
    std::string got;   // what completed, in its order

    void publish(int count = 1)
    {
        for (int i = 0; i < count; ++i)
            broker.publish({.type = "t"});
    }

    static std::string text_of_error(error_code ec)
    {
        return ec.category() == make_error_code(errc::stopped).category()
                   ? std::string{describe(static_cast<errc>(ec.value())).name}
                   : ec.message();
    }

    auto note_wait()
    {
        return [this](error_code ec) { got += "wait " + (ec ? text_of_error(ec) : "ok") + "; "; };
    }

    auto note_receive()
    {
        return [this](error_code ec, delivery const& d) {
            got += (ec ? text_of_error(ec) : text_of(d)) + "; ";
        };
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_wait, fixture)

BOOST_AUTO_TEST_CASE(wait_ends_when_an_event_comes_and_leaves_it_there)
{
    s.async_wait(note_wait());
    settle(context);
    BOOST_TEST(got == "");
    publish(2);
    settle(context);
    BOOST_TEST(got == "wait ok; ");
    BOOST_TEST(s.ledger() == (ledger{.matched = 2, .queued = 2}));
    BOOST_TEST(take_all(s) == "1 2");
}

BOOST_AUTO_TEST_CASE(wait_for_what_is_there_ends_at_once_but_never_inside_the_call)
{
    publish();
    settle(context);
    s.async_wait(note_wait());
    BOOST_TEST(got == "");
    settle(context);
    BOOST_TEST(got == "wait ok; ");
}

BOOST_AUTO_TEST_CASE(gap_ends_a_wait)
{
    publish(4);
    settle(context);
    for (int i = 0; i < 3; ++i) {
        error_code ec;
        BOOST_TEST(s.try_receive(ec).has_value());
    }
    s.async_wait(note_wait());
    settle(context);
    BOOST_TEST(got == "wait ok; ");
    BOOST_TEST(take_all(s) == "[4..4 1 queue_full]");
}

BOOST_AUTO_TEST_CASE(event_that_is_read_from_history_ends_a_wait)
{
    publish(2);
    settle(context);
    auto late = broker.subscribe({.since = earliest{}});
    late.async_wait(note_wait());
    settle(context);
    BOOST_TEST(got == "wait ok; ");
    BOOST_TEST(take_all(late) == "1 2");
}

BOOST_AUTO_TEST_CASE(waits_and_receives_are_served_in_their_order)
{
    s.async_wait(note_wait());
    s.async_receive(note_receive());
    s.async_wait(note_wait());
    s.async_receive(note_receive());
    publish();
    settle(context);
    BOOST_TEST(got == "wait ok; 1; ");
    publish(2);
    settle(context);
    BOOST_TEST(got == "wait ok; 1; wait ok; 2; ");
    BOOST_TEST(take_all(s) == "3");
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_from_under_a_receive_that_began_before)
{
    s.async_receive(note_receive());
    s.async_wait(note_wait());
    error_code ec;
    BOOST_TEST(!s.try_receive(ec).has_value());
    publish();
    settle(context);
    BOOST_TEST(got == "1; ");   // nothing is left to wait for
}

BOOST_AUTO_TEST_CASE(end_is_told_to_a_wait_and_to_whoever_asks_again)
{
    s.async_wait(note_wait());
    s.async_wait(note_wait());
    broker.stop();
    settle(context);
    BOOST_TEST(got == "wait end_of_stream; wait end_of_stream; ");
    BOOST_TEST(take_all(s) == "end_of_stream");
}

BOOST_AUTO_TEST_CASE(end_waits_behind_what_is_queued)
{
    publish();
    broker.stop();
    settle(context);
    s.async_wait(note_wait());
    settle(context);
    BOOST_TEST(got == "wait ok; ");
    BOOST_TEST(take_all(s) == "1 end_of_stream");
    s.async_wait(note_wait());
    settle(context);
    BOOST_TEST(got == "wait ok; wait end_of_stream; ");
}

BOOST_AUTO_TEST_CASE(wait_that_is_told_of_the_end_closes_the_books)
{
    auto brief = broker.subscribe({.until = at_sequence{1}});
    publish();
    settle(context);
    error_code ec;
    BOOST_TEST(text_of(brief.try_receive(ec).value()) == "1");
    BOOST_TEST(broker.stats().subscribers == 2u);
    brief.async_wait(note_wait());
    settle(context);
    BOOST_TEST(got == "wait end_of_stream; ");
    BOOST_TEST(broker.stats().subscribers == 1u);
}

BOOST_AUTO_TEST_CASE(wait_on_what_is_no_subscription)
{
    s.async_wait(note_wait());
    s = {};
    settle(context);
    BOOST_TEST(got == "wait unsubscribed; ");

    BOOST_TEST(static_cast<bool>(s.get_executor()));
    BOOST_CHECK_EXCEPTION(s.async_wait(asio::use_future).get(), boost::system::system_error,
                          [](auto const& e) { return e.code() == errc::unsubscribed; });
    s.async_wait(asio::bind_executor(context, note_wait()));
    settle(context);
    BOOST_TEST(got == "wait unsubscribed; wait unsubscribed; ");
}

BOOST_AUTO_TEST_CASE(wait_can_be_cancelled)
{
    for (auto const type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        got.clear();
        asio::cancellation_signal signal;
        s.async_wait(asio::bind_cancellation_slot(signal.slot(), note_wait()));
        signal.emit(type);
        BOOST_TEST(got == "");
        settle(context);
        BOOST_TEST(got == "wait " + error_code{asio::error::operation_aborted}.message() + "; ");
    }
    publish();
    settle(context);
    BOOST_TEST(take_all(s) == "1");
}

BOOST_AUTO_TEST_CASE(wait_runs_on_the_executor_of_its_handler)
{
    asio::io_context other;
    s.async_wait(asio::bind_executor(other, note_wait()));
    publish();
    settle(context);
    BOOST_TEST(got == "");
    other.run();   // the wait was work of this context
    BOOST_TEST(got == "wait ok; ");
}

BOOST_AUTO_TEST_CASE(wait_that_owns_its_subscription_goes_with_the_context)
{
    auto const canary = std::make_shared<int>(0);
    {
        asio::io_context short_lived;
        thump::broker b{short_lived.get_executor()};
        auto owned = std::make_shared<subscription>(b.subscribe());
        owned->async_wait([owned, canary](error_code) {});
        owned.reset();
        settle(short_lived);
        BOOST_TEST(canary.use_count() == 2);
    }
    BOOST_TEST(canary.use_count() == 1);
}

// What `timer || receive` cannot promise: both may be done at once, and one is thrown away.
BOOST_AUTO_TEST_CASE(nothing_is_lost_between_a_timer_and_a_wait)
{
    using namespace asio::experimental::awaitable_operators;
    static constexpr std::uint64_t events = 20'000;
    auto mine = broker.subscribe({.queue = 100'000});
    auto const strand = asio::make_strand(context);
    std::uint64_t received = 0;
    std::uint64_t timeouts = 0;
    bool ordered = true;
    std::atomic<bool> done{false};

    asio::co_spawn(
        strand,
        [&]() -> asio::awaitable<void> {
            asio::steady_timer timer{strand};
            while (received < events) {
                timer.expires_after(std::chrono::microseconds{received % 50});
                auto const first = co_await (timer.async_wait(asio::use_awaitable) ||
                                             mine.async_wait(asio::use_awaitable));
                if (first.index() == 0) ++timeouts;
                error_code ec;
                while (auto const d = mine.try_receive(ec))
                    ordered = ordered && d->is_event() && d->as_event()->seq == ++received;
            }
            done = true;
        },
        asio::detached);

    {
        test::running threads{context, 2};
        for (std::uint64_t i = 0; i < events;)
            if (!broker.publish({.type = "t"}))
                ++i;
            else
                std::this_thread::yield();
        test::wait_until([&] { return done.load(); });
    }
    BOOST_TEST(ordered);
    BOOST_TEST_MESSAGE(timeouts << " of the waits were for nothing");
    BOOST_TEST(mine.ledger() == (ledger{.matched = events, .delivered = events}));
}

BOOST_AUTO_TEST_SUITE_END()
