// Receiving, with every kind of completion token.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

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

    void publish(int count = 1)
    {
        for (int i = 0; i < count; ++i)
            broker.publish({.type = "t"});
    }
};

static_assert(!std::is_copy_constructible_v<subscription>);
static_assert(std::is_nothrow_move_constructible_v<subscription>);
static_assert(std::is_nothrow_move_assignable_v<subscription>);

}   // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_, fixture)

// ---------------------------------------------------------------- tokens

BOOST_AUTO_TEST_CASE(receives_with_a_callback)
{
    auto s = broker.subscribe();
    std::string got;
    s.async_receive([&](error_code ec, delivery d) { got = ec ? ec.message() : text_of(d); });
    publish();
    BOOST_TEST(got == "");
    settle(context);
    BOOST_TEST(got == "1");
}

BOOST_AUTO_TEST_CASE(receives_in_a_coroutine)
{
    std::string got;
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
            auto s = broker.subscribe();
            publish(2);
            got = text_of(co_await s.async_receive());
            auto [ec, second] = co_await s.async_receive(asio::as_tuple(asio::deferred));
            got += ec ? ec.message() : text_of(second);
            broker.stop();
            auto [end, nothing] = co_await s.async_receive(asio::as_tuple(asio::use_awaitable));
            BOOST_TEST(end == errc::end_of_stream);
            BOOST_TEST(text_of(nothing) == "nothing");
            BOOST_CHECK_THROW(co_await s.async_receive(asio::use_awaitable),
                              boost::system::system_error);
            got += " end";
        },
        asio::detached);
    settle(context);
    BOOST_TEST(got == "12 end");
}

BOOST_AUTO_TEST_CASE(receives_into_a_future)
{
    test::running threads{context, 1};
    auto s = broker.subscribe();
    auto future = s.async_receive(asio::use_future);
    publish();
    BOOST_TEST_REQUIRE((future.wait_for(test::patience) == std::future_status::ready));
    BOOST_TEST(text_of(future.get()) == "1");
    broker.stop();
    BOOST_CHECK_THROW(s.async_receive(asio::use_future).get(), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(receives_into_a_handler_of_erased_type)
{
    using handler = asio::any_completion_handler<void(boost::system::error_code, delivery)>;
    auto s = broker.subscribe();
    std::string got;
    s.async_receive(handler{[&](error_code, delivery const& d) { got = text_of(d); }});
    publish();
    settle(context);
    BOOST_TEST(got == "1");

    subscription none;
    std::promise<error_code> ended;
    none.async_receive(handler{[&](error_code ec, delivery const&) { ended.set_value(ec); }});
    auto future = ended.get_future();
    BOOST_TEST_REQUIRE((future.wait_for(test::patience) == std::future_status::ready));
    BOOST_TEST(future.get() == errc::unsubscribed);
}

BOOST_AUTO_TEST_CASE(receives_in_a_stackful_coroutine)
{
    std::string got;
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            auto s = broker.subscribe();
            publish(2);
            got = text_of(s.async_receive(yield));
            error_code ec;
            got += text_of(s.async_receive(yield[ec]));
            broker.stop();
            s.async_receive(yield[ec]);
            BOOST_TEST(ec == errc::end_of_stream);
        },
        asio::detached);
    settle(context);
    BOOST_TEST(got == "12");
}

BOOST_AUTO_TEST_CASE(without_a_token_receives_when_the_operation_is_started)
{
    auto s = broker.subscribe();
    publish(2);
    settle(context);
    auto receive = s.async_receive();
    BOOST_TEST(s.ledger().delivered == 0u);
    std::string got;
    auto const note = [&](error_code, delivery d) { got += text_of(d); };
    std::move(receive)(note);
    settle(context);
    BOOST_TEST(got == "1");
    BOOST_TEST(s.ledger().delivered == 1u);
}

// ---------------------------------------------------------------- where and when handlers run

BOOST_AUTO_TEST_CASE(handler_never_runs_inside_the_call)
{
    auto s = broker.subscribe();
    publish();
    settle(context);
    bool called = false;
    asio::post(context, [&] {
        s.async_receive([&](error_code, delivery) { called = true; });
        BOOST_TEST(!called);
    });
    settle(context);
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(handler_runs_where_it_wants)
{
    asio::io_context other;
    auto s = broker.subscribe();
    std::string got;
    s.async_receive(asio::bind_executor(other, [&](error_code, delivery d) { got = text_of(d); }));
    publish();
    settle(context);
    BOOST_TEST(got == "");
    other.poll();
    BOOST_TEST(got == "1");
}

BOOST_AUTO_TEST_CASE(receive_under_way_keeps_both_contexts_running)
{
    asio::thread_pool pool{1};
    auto s = broker.subscribe();
    std::promise<std::thread::id> where;
    s.async_receive(asio::bind_executor(
        pool, [&](error_code, delivery) { where.set_value(std::this_thread::get_id()); }));
    // Neither has anything else to do.
    std::thread publisher{[&] { publish(); }};
    test::run_until(context, [&] { return s.ledger().delivered == 1; });
    publisher.join();
    settle(context);
    pool.join();
    auto future = where.get_future();
    BOOST_TEST_REQUIRE((future.wait_for(test::patience) == std::future_status::ready));
    BOOST_TEST((future.get() != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(executor_is_the_broker_s)
{
    auto const s = broker.subscribe();
    BOOST_TEST((s.get_executor() == broker.get_executor()));
}

// ---------------------------------------------------------------- order

BOOST_AUTO_TEST_CASE(receives_under_way_complete_in_the_order_they_began)
{
    auto s = broker.subscribe();
    std::string got;
    for (char const name : {'a', 'b', 'c', 'd'})
        s.async_receive([&got, name](error_code ec, delivery d) {
            got += name + (ec ? std::string{"!"} : text_of(d)) + ' ';
        });
    publish(2);
    settle(context);
    BOOST_TEST(got == "a1 b2 ");
    broker.stop();
    settle(context);
    BOOST_TEST(got == "a1 b2 c! d! ");
}

BOOST_AUTO_TEST_CASE(receive_under_way_comes_before_a_try)
{
    auto s = broker.subscribe();
    std::string got;
    s.async_receive([&](error_code, delivery d) { got = text_of(d); });
    publish(2);
    BOOST_TEST(take_all(s) == "");
    settle(context);
    BOOST_TEST(got == "1");
    BOOST_TEST(take_all(s) == "2");
}

BOOST_AUTO_TEST_CASE(receiver_beside_the_broker_keeps_up_with_bursts_of_a_queue_s_length)
{
    test::collector c{broker.subscribe({.queue = 50})};
    c.start();
    for (int round = 0; round < 10; ++round) {
        publish(50);
        settle(context);
    }
    BOOST_TEST(c.from.ledger() == (ledger{.matched = 500, .delivered = 500}));
    broker.stop();
    settle(context);
}

// ---------------------------------------------------------------- trying

BOOST_AUTO_TEST_CASE(try_receive_takes_what_is_there_and_never_waits)
{
    auto s = broker.subscribe();
    error_code ec = errc::stopped;
    BOOST_TEST(!s.try_receive(ec));
    BOOST_TEST(!ec);
    publish();
    settle(context);
    BOOST_TEST(text_of(s.try_receive(ec).value()) == "1");
    BOOST_TEST(!s.try_receive(ec));
    BOOST_TEST(!ec);
}

// ---------------------------------------------------------------- the handle

BOOST_AUTO_TEST_CASE(handle_of_no_subscription_says_so)
{
    subscription none;
    BOOST_TEST(!none);
    BOOST_TEST(none.id() == 0u);
    BOOST_TEST(none.ledger() == ledger{});
    BOOST_TEST(take_all(none) == "unsubscribed");
    none.unsubscribe();
    std::optional<error_code> got;
    none.async_receive(asio::bind_executor(context, [&](error_code ec, delivery) { got = ec; }));
    BOOST_TEST(!got);
    test::run_until(context, [&] { return got.has_value(); });
    BOOST_TEST(*got == errc::unsubscribed);
}

BOOST_AUTO_TEST_CASE(handle_can_be_moved_while_a_receive_is_under_way)
{
    auto s = broker.subscribe();
    std::string got;
    s.async_receive([&](error_code, delivery d) { got = text_of(d); });
    auto moved = std::move(s);
    BOOST_TEST(broker.subscriber_count() == 1u);
    publish(2);
    settle(context);
    BOOST_TEST(got == "1");
    BOOST_TEST(take_all(moved) == "2");
}

BOOST_AUTO_TEST_CASE(assignment_ends_the_subscription_that_was_there)
{
    auto s = broker.subscribe();
    auto other = broker.subscribe();
    auto const id = other.id();
    s = std::move(other);
    BOOST_TEST(broker.subscriber_count() == 1u);
    BOOST_TEST(s.id() == id);
    publish();
    settle(context);
    BOOST_TEST(take_all(s) == "1");
}

// ---------------------------------------------------------------- the end

BOOST_AUTO_TEST_CASE(unsubscribing_ends_a_receive_under_way)
{
    auto s = broker.subscribe();
    std::vector<error_code> got;
    for (int i = 0; i < 2; ++i)
        s.async_receive([&](error_code ec, delivery) { got.push_back(ec); });
    s.unsubscribe();
    BOOST_TEST(got.empty());
    settle(context);
    BOOST_TEST(got == std::vector<error_code>(2, errc::unsubscribed),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(destroying_the_handle_ends_a_receive_under_way)
{
    std::optional<error_code> got;
    {
        auto s = broker.subscribe();
        s.async_receive([&](error_code ec, delivery) { got = ec; });
    }
    settle(context);
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(*got == errc::unsubscribed);
    BOOST_TEST(broker.subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(unsubscribing_loses_what_is_queued_and_counts_it)
{
    auto s = broker.subscribe();
    publish(3);
    settle(context);
    error_code ec;
    BOOST_TEST(s.try_receive(ec).has_value());
    s.unsubscribe();
    s.unsubscribe();
    BOOST_TEST(take_all(s) == "unsubscribed");
    BOOST_TEST(s.ledger() == (ledger{.matched = 3, .delivered = 1, .dropped = 2}));
    BOOST_TEST(broker.stats().ledger == s.ledger());
    publish();
    settle(context);
    BOOST_TEST(s.ledger().matched == 3u);
}

BOOST_AUTO_TEST_CASE(handle_may_be_destroyed_in_its_own_handler)
{
    auto s = std::make_unique<subscription>(broker.subscribe());
    s->async_receive([&](error_code ec, delivery) {
        BOOST_TEST(!ec);
        s.reset();
    });
    publish(2);
    settle(context);
    BOOST_TEST(!s);
    BOOST_TEST(broker.stats().ledger == (ledger{.matched = 2, .delivered = 1, .dropped = 1}));
}

BOOST_AUTO_TEST_SUITE_END()
