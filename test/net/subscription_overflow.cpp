// What a subscriber is told when its queue overflows.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
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

    void publish(int count, event const& e = {.type = "t"})
    {
        for (int i = 0; i < count; ++i) {
            broker.publish(e);
            settle(context);
        }
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_overflow, fixture)

BOOST_AUTO_TEST_CASE(gap_comes_right_after_what_was_queued)
{
    auto s = broker.subscribe({.queue = 2});
    publish(5);
    error_code ec;
    BOOST_TEST(text_of(s.try_receive(ec).value()) == "1");
    publish(1);
    publish(1);
    BOOST_TEST(take_all(s) == "2 [3..5 3 queue_full] 6 [7..7 1 queue_full]");
    publish(1);
    BOOST_TEST(take_all(s) == "8");
    BOOST_TEST(s.ledger() == (ledger{.matched = 8, .delivered = 4, .dropped = 4}));
    BOOST_TEST(broker.stats().gaps == 2u);
}

BOOST_AUTO_TEST_CASE(many_are_received_at_once_with_the_gap_in_its_place)
{
    auto s = broker.subscribe({.queue = 3});
    publish(5);
    std::array<delivery, 2> two;
    error_code ec = errc::stopped;
    BOOST_TEST(s.try_receive(two, ec) == 2u);
    BOOST_TEST(!ec);
    BOOST_TEST((text_of(two[0]) == "1" && text_of(two[1]) == "2"));
    publish(1);

    std::array<delivery, 10> all;
    BOOST_TEST(s.try_receive(all, ec) == 3u);
    BOOST_TEST(text_of(all[0]) == "3");
    BOOST_TEST(text_of(all[1]) == "[4..5 2 queue_full]");
    BOOST_TEST(text_of(all[2]) == "6");
    BOOST_TEST(s.ledger() == (ledger{.matched = 6, .delivered = 4, .dropped = 2}));

    BOOST_TEST(s.try_receive(all, ec) == 0u);
    BOOST_TEST(!ec);
    broker.stop();
    settle(context);
    BOOST_TEST(s.try_receive(all, ec) == 0u);
    BOOST_TEST((ec == errc::end_of_stream));
}

BOOST_AUTO_TEST_CASE(gap_counts_matching_events_only)
{
    auto s = broker.subscribe({.types = {"a"}, .queue = 1});
    for (auto const type : {"a", "b", "a", "b", "a", "b"})
        publish(1, {.type = type});
    BOOST_TEST(take_all(s) == "1 [3..5 2 queue_full]");
}

BOOST_AUTO_TEST_CASE(gap_wakes_a_receiver_though_no_event_follows)
{
    test::collector c{broker.subscribe({.queue = 1})};
    publish(2);
    c.start();
    settle(context);
    BOOST_TEST_REQUIRE(c.got.size() == 2u);
    BOOST_TEST(text_of(c.got[1]) == "[2..2 1 queue_full]");
    c.from.unsubscribe();
    settle(context);
}

BOOST_AUTO_TEST_CASE(drop_oldest_keeps_the_newest)
{
    auto s = broker.subscribe({.queue = 2, .overflow = overflow::drop_oldest});
    publish(5);
    BOOST_TEST(take_all(s) == "[1..3 3 queue_full] 4 5");
}

BOOST_AUTO_TEST_CASE(latest_keeps_the_newest_of_each_value_of_a_key)
{
    auto s = broker.subscribe({.overflow = overflow::latest, .key = "node"});
    for (auto const node : {"n1", "n2", "n1", "n1"})
        publish(1, {.type = "load", .metadata = {{"node", node}}});
    publish(2, {.type = "load"});
    BOOST_TEST(take_all(s) == "[1..3 2 conflated] 2 4 5 6");
    BOOST_TEST(s.ledger() == (ledger{.matched = 6, .delivered = 4, .conflated = 2}));
}

BOOST_AUTO_TEST_CASE(latest_goes_by_type_unless_asked)
{
    auto s = broker.subscribe({.overflow = overflow::latest});
    for (auto const type : {"a", "b", "a"})
        publish(1, {.type = type});
    BOOST_TEST(take_all(s) == "[1..1 1 conflated] 2 3");
}

BOOST_AUTO_TEST_CASE(disconnect_ends_the_stream_after_its_gap)
{
    auto s = broker.subscribe({.queue = 2, .overflow = overflow::disconnect});
    publish(5);
    BOOST_TEST(take_all(s) == "1 2 [3..3 1 queue_full] slow_consumer");
    BOOST_TEST(take_all(s) == "slow_consumer");
    BOOST_TEST(s.ledger() == (ledger{.matched = 3, .delivered = 2, .dropped = 1}));
    broker.stop();
    settle(context);
    BOOST_TEST(take_all(s) == "slow_consumer");
}

BOOST_AUTO_TEST_CASE(bytes_bound_the_queue_as_well)
{
    auto s = broker.subscribe({.queue = 1000, .queue_bytes = 1000});
    publish(10, {.type = "t", .message = std::string(300, '.')});
    BOOST_TEST(take_all(s) == "1 2 [3..10 8 queue_full]");
}

BOOST_AUTO_TEST_CASE(slow_subscriber_costs_nobody_else_an_event)
{
    auto slow = broker.subscribe({.queue = 1});
    auto quick = broker.subscribe({.queue = 10});
    publish(10);
    BOOST_TEST(take_all(slow) == "1 [2..10 9 queue_full]");
    BOOST_TEST(take_all(quick) == "1 2 3 4 5 6 7 8 9 10");
}

BOOST_AUTO_TEST_SUITE_END()
