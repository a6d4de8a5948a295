#include <client/backoff.hpp>

#include <support/random_seed.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>

namespace {

using namespace std::chrono_literals;
using waits = thump::client_side::backoff;

}   // namespace

BOOST_AUTO_TEST_SUITE(backoff)

BOOST_AUTO_TEST_CASE(waits_double_up_to_the_longest)
{
    auto const seed = thump::test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        waits b{100ms, 1500ms, static_cast<std::uint32_t>(seed)};
        for (auto const longest : {100ms, 200ms, 400ms, 800ms, 1500ms, 1500ms, 1500ms}) {
            auto const wait = b.next();
            BOOST_TEST(wait.count() >= longest.count() / 2);
            BOOST_TEST(wait.count() <= longest.count());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_success_makes_the_next_wait_a_first_one)
{
    waits b{100ms, 10s, 1};
    for (int i = 0; i != 5; ++i)
        (void)b.next();
    b.reset();
    BOOST_TEST(b.next().count() <= 100);
}

BOOST_AUTO_TEST_CASE(clients_do_not_wait_alike)
{
    std::set<long> seen;
    for (std::uint32_t seed = 1; seed != 20; ++seed)
        seen.insert(waits{10s, 10s, seed}.next().count());
    BOOST_TEST(seen.size() > 10u);
}

BOOST_AUTO_TEST_CASE(the_longest_duration_does_not_overflow)
{
    waits b{1ms, waits::duration::max(), 1};
    for (int i = 0; i != 100; ++i)
        BOOST_TEST(b.next().count() >= 0);
}

BOOST_AUTO_TEST_SUITE_END()
