// How long a peer that takes its replies slowly, or not at all, is waited for.
#include <net/send_deadline.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using thump::net::send_deadline;

constexpr auto patience = 30s;
constexpr auto rate = send_deadline::slowest_bytes_per_second;

// Time and bytes as the test wants them.
struct watched {
    bool missed_after(std::chrono::seconds time)
    {
        now += time;
        return deadline.missed(taken, waiting, ahead, now, patience);
    }

    send_deadline deadline;
    send_deadline::time_point now{};
    std::uint64_t taken = 0;
    std::size_t waiting = 0;
    std::size_t ahead = 0;
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(send_deadline_, watched)

BOOST_AUTO_TEST_CASE(what_was_not_watched_for_a_while_has_its_time_anew)
{
    waiting = 1;
    BOOST_TEST(!missed_after(0s));
    deadline.reset();
    BOOST_TEST(!missed_after(1000s));
    BOOST_TEST(!missed_after(29s));
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_CASE(nothing_waits_and_nothing_is_missed)
{
    BOOST_TEST(!missed_after(0s));
    BOOST_TEST(!missed_after(1000s));
}

BOOST_AUTO_TEST_CASE(peer_that_takes_nothing_misses_it)
{
    waiting = 100;
    BOOST_TEST(!missed_after(0s));
    BOOST_TEST(!missed_after(29s));
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_CASE(more_bytes_have_more_time)
{
    waiting = 10 * rate;
    ahead = 5 * rate;
    BOOST_TEST(!missed_after(0s));
    BOOST_TEST(!missed_after(44s));
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_CASE(byte_taken_now_and_then_does_not_push_it_on)
{
    waiting = 100;
    BOOST_TEST(!missed_after(0s));
    for (int i = 0; i < 29; ++i) {
        ++taken;
        --waiting;
        BOOST_TEST(!missed_after(1s));
    }
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_CASE(new_replies_do_not_push_it_on)
{
    waiting = 100;
    BOOST_TEST(!missed_after(0s));
    for (int i = 0; i < 29; ++i) {
        waiting += 1000;
        BOOST_TEST(!missed_after(1s));
    }
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_CASE(peer_that_takes_what_waited_is_given_time_for_what_waits_now)
{
    // There is always something in the queue, as with a pipeline that is kept full.
    waiting = 100;
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST_REQUIRE(!missed_after(10s));
        taken += 50;
    }
    // From here on it takes nothing.
    BOOST_TEST(!missed_after(10s));
    BOOST_TEST(!missed_after(29s));
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_CASE(time_begins_anew_with_the_next_reply)
{
    waiting = 100;
    BOOST_TEST(!missed_after(0s));
    taken = 100;
    waiting = 0;
    BOOST_TEST(!missed_after(29s));
    waiting = 1;
    BOOST_TEST(!missed_after(1000s));
    BOOST_TEST(!missed_after(29s));
    BOOST_TEST(missed_after(1s));
}

BOOST_AUTO_TEST_SUITE_END()
