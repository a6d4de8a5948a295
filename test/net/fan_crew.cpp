#include <net/fan_crew.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

using thump::net::fan_crew;

BOOST_AUTO_TEST_SUITE(fan_crew_)

BOOST_AUTO_TEST_CASE(every_step_is_taken_once_in_every_loop)
{
    fan_crew crew{3};
    std::vector<std::size_t> taken;
    for (std::size_t const count : {0u, 1u, 7u, 8u, 9u, 100u, 1000u}) {
        for (int again = 0; again != 50; ++again) {
            taken.assign(count, 0);   // seen by the helpers, as what they write is seen here
            crew.for_each(count, [&](std::size_t i) { taken[i] += i + 1; });
            for (std::size_t i = 0; i != count; ++i)
                BOOST_TEST_REQUIRE(taken[i] == i + 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(helpers_and_caller_work_at_the_same_time)
{
    fan_crew crew{2};
    std::atomic<int> here{0};
    // Each first step waits for two others to have begun: one thread alone would never go on.
    crew.for_each(24, [&](std::size_t i) {
        if (i % 8 != 0) return;
        ++here;
        while (here < 3)
            std::this_thread::yield();
    });
    BOOST_TEST(here == 3);
}

BOOST_AUTO_TEST_CASE(loop_may_be_begun_by_one_thread_after_another)   // as a strand does
{
    fan_crew crew{1};
    std::vector<std::size_t> taken(200, 0);
    for (int i = 0; i != 20; ++i)
        std::thread{[&] {
            crew.for_each(taken.size(), [&](std::size_t at) { ++taken[at]; });
        }}.join();
    for (auto const times : taken)
        BOOST_TEST_REQUIRE(times == 20u);
}

BOOST_AUTO_TEST_CASE(crew_may_go_without_having_worked)
{
    for (int i = 0; i != 20; ++i)
        fan_crew{4};
}

BOOST_AUTO_TEST_SUITE_END()
