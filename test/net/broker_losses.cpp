// Totals tell why events were dropped.
#include <thump/broker.hpp>

#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;

struct fixture {
    boost::asio::io_context context;
    thump::broker broker{context.get_executor(), {.history = {.max_events = 5}}};

    void publish(int events)
    {
        for (int i = 0; i < events; ++i) {
            BOOST_TEST_REQUIRE(!broker.publish({.type = "t"}));
            test::settle(context);
        }
    }

    // The totals, which must be the ledgers' and add up.
    thump::stats totals(ledger const& ledgers) const
    {
        auto const s = broker.stats();
        BOOST_TEST(s.ledger == ledgers);
        BOOST_TEST(s.ledger.balanced());
        BOOST_TEST(s.queue_full + s.history_overrun + s.subscription_ended == s.ledger.dropped);
        return s;
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(broker_losses, fixture)

BOOST_AUTO_TEST_CASE(a_full_queue)
{
    auto const s = broker.subscribe({.queue = 3});
    publish(10);
    BOOST_TEST(totals(s.ledger()).queue_full == 7u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_subscription)
{
    auto s = broker.subscribe({.queue = 3});
    publish(10);
    s.unsubscribe();
    auto const t = totals({.matched = 10, .dropped = 10});
    BOOST_TEST(t.queue_full == 7u);
    BOOST_TEST(t.subscription_ended == 3u);
}

BOOST_AUTO_TEST_CASE(history_that_moves_on)
{
    publish(5);
    auto s = broker.subscribe({.queue = 2, .since = earliest{}});
    publish(3);
    // Two are queued; of the rest history holds the newest five.
    auto const before = totals(s.ledger());
    BOOST_TEST(before.history_overrun == s.ledger().dropped);
    publish(10);
    auto const t = totals(s.ledger());
    BOOST_TEST(t.history_overrun == 18u - 2u - 5u);
    BOOST_TEST(t.queue_full == 0u);
    s.unsubscribe();
    BOOST_TEST(totals({.matched = 18, .dropped = 18}).subscription_ended == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
