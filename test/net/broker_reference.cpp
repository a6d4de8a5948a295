// What Warren's event package promises, kept; and where it breaks its promise, kept all the same.
#include <thump/broker.hpp>

#include <thump/types.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;
using boost::system::error_code;
using test::settle;
using test::take_all;

struct fixture {
    asio::io_context context;
    thump::broker broker{context.get_executor()};

    void publish(int count, event const& e = {.type = types::task_created})
    {
        for (int i = 0; i < count; ++i)
            BOOST_TEST_REQUIRE(!broker.publish(e));
        settle(context);
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(reference, fixture)

// "Complete Example"
BOOST_AUTO_TEST_CASE(complete_example_prints_both_events)
{
    test::collector printer{broker.subscribe()};
    printer.start();
    publish(1,
            {.type = types::service_created, .message = "Service 'web' created with 3 replicas"});
    publish(1, {.type = types::task_failed,
                .message = "Task 'task-123' failed: image not found",
                .metadata = {{"task_id", "task-123"},
                             {"error", "image not found"},
                             {"service_id", "service-web"}}});
    BOOST_TEST_REQUIRE(printer.got.size() == 2u);
    auto const& created = *printer.got[0].as_event();
    auto const& failed = *printer.got[1].as_event();
    BOOST_TEST(created.type == "service.created");
    BOOST_TEST(created.timestamp.has_value());
    BOOST_TEST(failed.message == "Task 'task-123' failed: image not found");
    BOOST_TEST(failed.metadata.at("service_id") == "service-web");
    broker.stop();
    settle(context);
}

// "Topic-agnostic (all events broadcast)"
BOOST_AUTO_TEST_CASE(everybody_gets_everything_unless_asked)
{
    auto one = broker.subscribe();
    auto two = broker.subscribe();
    publish(1, {.type = types::node_down});
    publish(1, {.type = "anything.else"});
    BOOST_TEST(take_all(one) == "1 2");
    BOOST_TEST(take_all(two) == "1 2");
}

// "Publisher calls broker.Publish(event)": before anybody runs the broker, or listens.
BOOST_AUTO_TEST_CASE(publishing_needs_neither_subscriber_nor_running_broker)
{
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(!broker.publish({.type = types::task_created}));
    settle(context);
    BOOST_TEST(broker.stats().published == 100u);
}

// "Publish: Returns immediately (no waiting)". The reference waits once its 100 places are taken.
BOOST_AUTO_TEST_CASE(publishing_into_a_full_intake_returns_and_says_so)
{
    for (int i = 0; i < 100; ++i)
        BOOST_TEST_REQUIRE(!broker.publish({.type = types::task_created}));
    BOOST_TEST(broker.publish({.type = types::task_created}) == errc::intake_full);
    BOOST_TEST(broker.stats().refused == 1u);
}

// "Full subscriber buffers skip (no blocking)". The reference tells nobody.
BOOST_AUTO_TEST_CASE(full_subscriber_skips_and_is_told)
{
    auto slow = broker.subscribe();
    publish(60);
    for (int i = 0; i < 50; ++i) {
        error_code ec;
        BOOST_TEST_REQUIRE(slow.try_receive(ec).value().is_event());
    }
    BOOST_TEST(take_all(slow) == "[51..60 10 queue_full]");
    BOOST_TEST(broker.stats().ledger.dropped == 10u);
}

// "Independent processing rates"
BOOST_AUTO_TEST_CASE(slow_subscriber_holds_up_nobody)
{
    auto slow = broker.subscribe();
    test::collector quick{broker.subscribe()};
    quick.start();
    for (int i = 0; i < 10; ++i)
        publish(50);
    BOOST_TEST(quick.got.size() == 500u);
    BOOST_TEST(slow.ledger().dropped == 450u);
    broker.stop();
    settle(context);
}

// "SubscriberCount returns the number of active subscribers"; "Memory Leak: SubscriberCount()
// grows"
BOOST_AUTO_TEST_CASE(forgotten_subscriptions_end_by_themselves)
{
    for (int i = 0; i < 100; ++i)
        (void)broker.subscribe();
    BOOST_TEST(broker.subscriber_count() == 0u);
}

// "Unsubscribe: Channel closed; Subscriber stops receiving events". Twice, the reference panics.
BOOST_AUTO_TEST_CASE(unsubscribing_ends_the_stream_and_twice_is_harmless)
{
    auto s = broker.subscribe();
    broker.unsubscribe(s);
    broker.unsubscribe(s);
    publish(1);
    BOOST_TEST(take_all(s) == "unsubscribed");
}

// "Pending events delivered". The reference forgets what is in its event channel.
BOOST_AUTO_TEST_CASE(stop_delivers_what_is_pending)
{
    auto s = broker.subscribe();
    for (int i = 0; i < 3; ++i)
        broker.publish({.type = types::task_created});
    broker.stop();
    settle(context);
    BOOST_TEST(take_all(s) == "1 2 3 end_of_stream");
}

// "Subscriber channels remain open": a receiver of the reference never learns that it is over.
BOOST_AUTO_TEST_CASE(stop_leaves_queues_readable_and_then_says_that_it_is_over)
{
    test::collector c{broker.subscribe()};
    publish(2);
    broker.stop();
    settle(context);
    c.start();
    settle(context);
    BOOST_TEST(c.got.size() == 2u);
    BOOST_TEST(c.end == errc::end_of_stream);
}

// Stopping twice, the reference panics; publishing afterwards, it blocks for ever in the end.
BOOST_AUTO_TEST_CASE(stopping_twice_and_publishing_afterwards_are_harmless)
{
    broker.stop();
    broker.stop();
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST_REQUIRE(broker.publish({.type = types::task_created}) == errc::stopped);
}

// "No priority or ordering guarantees": here there is one order, and it is written on the events.
BOOST_AUTO_TEST_CASE(all_subscribers_see_one_order)
{
    auto one = broker.subscribe();
    auto two = broker.subscribe();
    publish(40);
    auto const order = take_all(one);
    BOOST_TEST(order.starts_with("1 2 3 "));
    BOOST_TEST(take_all(two) == order);
}

// "Filter events at subscriber side": here the broker does it, with the same result.
BOOST_AUTO_TEST_CASE(filtering_by_type_is_the_broker_s_work)
{
    auto s = broker.subscribe({.types = {types::service_created, types::task_failed}});
    for (auto const type : {types::service_created, types::node_left, types::task_failed})
        publish(1, {.type = type});
    BOOST_TEST(take_all(s) == "1 3");
    BOOST_TEST(s.ledger().matched == 2u);
}

// Subscribers of the reference share one event, which any of them can change. Here it is const.
BOOST_AUTO_TEST_CASE(publisher_keeps_its_own_event)
{
    auto s = broker.subscribe();
    event mine{.type = types::task_created, .message = "before"};
    broker.publish(mine);
    mine.message = "after";
    settle(context);
    error_code ec;
    BOOST_TEST(s.try_receive(ec).value().as_event()->message == "before");
}

BOOST_AUTO_TEST_SUITE_END()
