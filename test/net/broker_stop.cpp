// How a broker ends.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <functional>
#include <optional>
#include <span>
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
    std::optional<thump::broker> broker{std::in_place, context.get_executor()};

    void publish(int count = 1)
    {
        for (int i = 0; i < count; ++i)
            BOOST_TEST_REQUIRE(!broker->publish({.type = "t"}));
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(broker_stop, fixture)

BOOST_AUTO_TEST_CASE(what_was_accepted_is_received_and_then_the_end)
{
    auto s = broker->subscribe();
    publish(3);
    broker->stop();
    settle(context);
    BOOST_TEST(take_all(s) == "1 2 3 end_of_stream");
    BOOST_TEST(take_all(s) == "end_of_stream");
    BOOST_TEST(s.ledger() == (ledger{.matched = 3, .delivered = 3}));
}

BOOST_AUTO_TEST_CASE(more_than_one_visit_s_worth_is_drained_too)
{
    auto s = broker->subscribe({.queue = 1000});
    publish(100);
    broker->stop();
    settle(context);
    BOOST_TEST(s.ledger().queued == 100u);
    BOOST_TEST(broker->stats().published == 100u);
}

BOOST_AUTO_TEST_CASE(receivers_get_their_turns_while_the_intake_is_drained)
{
    constexpr int events = 5000;
    broker.emplace(context.get_executor(), broker_options{.intake_capacity = events});
    auto s = broker->subscribe({.queue = 50});
    std::function<void()> const receive = [&] {
        s.async_receive([&](error_code ec, delivery const&) {
            std::array<delivery, 64> more;
            if (!ec) (void)s.try_receive(more, ec);
            if (!ec) receive();
        });
    };
    receive();
    publish(events);
    broker->stop();
    settle(context);
    BOOST_TEST(s.ledger() == (ledger{.matched = events, .delivered = events}));
}

BOOST_AUTO_TEST_CASE(subscriber_amid_reading_gets_everything_and_then_the_end)
{
    test::collector c{broker->subscribe({.queue = 100})};
    c.start();
    publish(20);
    settle(context);
    publish(80);
    broker->stop();
    settle(context);
    BOOST_TEST(c.got.size() == 100u);
    BOOST_TEST(c.end == errc::end_of_stream);
}

BOOST_AUTO_TEST_CASE(gap_is_told_before_the_end)
{
    auto s = broker->subscribe({.queue = 1});
    publish(3);
    broker->stop();
    settle(context);
    BOOST_TEST(take_all(s) == "1 [2..3 2 queue_full] end_of_stream");
}

BOOST_AUTO_TEST_CASE(end_is_not_reported_before_the_strand_has_drained)
{
    auto s = broker->subscribe();
    publish();
    broker->stop();
    BOOST_TEST(take_all(s) == "");
    settle(context);
    BOOST_TEST(take_all(s) == "1 end_of_stream");
}

BOOST_AUTO_TEST_CASE(books_are_closed_once_the_end_was_told)
{
    auto read = broker->subscribe();
    auto waiting = broker->subscribe();
    auto unread = broker->subscribe();
    publish();
    settle(context);
    BOOST_TEST(take_all(waiting) == "1");
    waiting.async_receive([](error_code, delivery const&) {});
    broker->stop();
    settle(context);
    BOOST_TEST(broker->subscriber_count() == 2u);   // one waited, and was told
    BOOST_TEST(take_all(read) == "1 end_of_stream");
    BOOST_TEST(broker->subscriber_count() == 1u);
    BOOST_TEST(take_all(read) == "end_of_stream");
    BOOST_TEST((broker->stats().ledger == ledger{.matched = 3, .delivered = 2, .queued = 1}));
    unread.unsubscribe();
    BOOST_TEST(broker->subscriber_count() == 0u);
    BOOST_TEST((broker->stats().ledger == ledger{.matched = 3, .delivered = 2, .dropped = 1}));
}

BOOST_AUTO_TEST_CASE(asking_for_nothing_is_not_the_end)
{
    auto s = broker->subscribe();
    publish(3);
    broker->stop();
    settle(context);
    error_code ec;
    BOOST_TEST(s.try_receive(std::span<delivery>{}, ec) == 0u);
    BOOST_TEST(!ec);
    BOOST_TEST(broker->subscriber_count() == 1u);
    BOOST_TEST(take_all(s) == "1 2 3 end_of_stream");
    BOOST_TEST((broker->stats().ledger == ledger{.matched = 3, .delivered = 3}));
}

BOOST_AUTO_TEST_CASE(publishing_afterwards_is_refused_and_counted)
{
    broker->stop();
    BOOST_TEST(broker->publish({.type = "t"}) == errc::stopped);
    settle(context);
    BOOST_TEST(broker->publish({.type = "t"}) == errc::stopped);
    BOOST_TEST(broker->stats().refused == 2u);
    BOOST_TEST(broker->stats().published == 0u);
}

BOOST_AUTO_TEST_CASE(subscribing_afterwards_is_refused)
{
    broker->stop();
    error_code ec;
    BOOST_TEST(!broker->subscribe({}, ec));
    BOOST_TEST(ec == errc::stopped);
    BOOST_TEST(broker->subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(stopping_twice_is_harmless)
{
    auto s = broker->subscribe();
    publish();
    broker->stop();
    broker->stop();
    settle(context);
    broker->stop();
    settle(context);
    BOOST_TEST(take_all(s) == "1 end_of_stream");
}

BOOST_AUTO_TEST_CASE(unsubscribing_afterwards_is_harmless)
{
    auto s = broker->subscribe();
    publish();
    settle(context);
    broker->stop();
    settle(context);
    s.unsubscribe();
    s.unsubscribe();
    BOOST_TEST(take_all(s) == "unsubscribed");
    BOOST_TEST(broker->subscriber_count() == 0u);
    BOOST_TEST(broker->stats().ledger == (ledger{.matched = 1, .dropped = 1}));
}

BOOST_AUTO_TEST_CASE(receives_under_way_end)
{
    auto s = broker->subscribe();
    std::string got;
    for (int i = 0; i < 2; ++i)
        s.async_receive(
            [&](error_code ec, delivery) { got += ec == errc::end_of_stream ? "end " : "other "; });
    broker->stop();
    settle(context);
    BOOST_TEST(got == "end end ");
}

BOOST_AUTO_TEST_CASE(subscription_outlives_its_broker)
{
    auto s = broker->subscribe();
    publish(2);
    broker.reset();
    settle(context);
    BOOST_TEST(take_all(s) == "1 2 end_of_stream");
    s.unsubscribe();
    BOOST_TEST(take_all(s) == "unsubscribed");
}

BOOST_AUTO_TEST_CASE(subscription_outlives_broker_and_context_that_never_ran)
{
    subscription s;
    {
        asio::io_context idle;
        thump::broker b{idle.get_executor()};
        s = b.subscribe();
        b.publish({.type = "t"});
    }
    BOOST_TEST(take_all(s) == "stopped");   // and not the end: an event was lost with the context
}

BOOST_AUTO_TEST_SUITE_END()
