// When a queue counts as that of a slow subscriber.
#include <core/backlog.hpp>

#include <support/make_event.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace {

using namespace thump;
using core::backlog_options;
using test::make_sized_event;

struct queue {
    explicit queue(overflow policy) : options{.queue = 3, .overflow = policy} {}

    void push_all(std::uint64_t first, std::uint64_t last)
    {
        for (auto seq = first; seq <= last; ++seq)
            it.push(make_sized_event(seq, 10));
    }

    void hand_out(std::size_t events)
    {
        while (events > 0) {
            if (it.take_gap()) continue;
            it.pop();
            --events;
        }
    }

    backlog_options const options;
    core::backlog it{options};
};

}   // namespace

BOOST_AUTO_TEST_SUITE(core_backlog_slow)

BOOST_AUTO_TEST_CASE(a_full_queue_is_not_slow_until_it_overflows)
{
    queue q{overflow::drop_newest};
    BOOST_TEST(!q.it.slow());
    q.push_all(1, 3);
    BOOST_TEST(!q.it.slow());
    q.push_all(4, 4);
    BOOST_TEST(q.it.slow());
}

BOOST_AUTO_TEST_CASE(it_has_recovered_when_what_was_queued_then_is_handed_out)
{
    for (auto const policy : {overflow::drop_newest, overflow::drop_oldest}) {
        queue q{policy};
        q.push_all(1, 5);
        BOOST_TEST(q.it.slow());
        q.hand_out(2);
        BOOST_TEST(q.it.slow());
        q.push_all(6, 7);
        q.hand_out(1);
        BOOST_TEST(!q.it.slow());
        BOOST_TEST(q.it.ledger().queued == 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_further_overflow_puts_recovery_off)
{
    queue q{overflow::drop_newest};
    q.push_all(1, 4);
    q.hand_out(2);
    q.push_all(5, 8);
    q.hand_out(1);
    BOOST_TEST(q.it.slow());
    q.hand_out(2);
    BOOST_TEST(!q.it.slow());
}

BOOST_AUTO_TEST_CASE(conflating_is_what_latest_is_for_and_not_slow)
{
    queue q{overflow::latest};
    auto const same = [](std::uint64_t seq) { return test::make_event(seq, {.type = "same"}); };
    for (std::uint64_t seq = 1; seq <= 100; ++seq)
        q.it.push(same(seq));
    BOOST_TEST(q.it.ledger().conflated == 99u);
    BOOST_TEST(!q.it.slow());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_subscription_ends_it)
{
    queue q{overflow::drop_newest};
    q.push_all(1, 9);
    q.it.abandon();
    BOOST_TEST(!q.it.slow());
}

BOOST_AUTO_TEST_CASE(a_newcomer_that_reads_history_is_not_slow)
{
    queue q{overflow::drop_newest};
    q.it.begin_behind(1, 100);
    BOOST_TEST(q.it.behind());
    BOOST_TEST(!q.it.slow());
}

BOOST_AUTO_TEST_SUITE_END()
