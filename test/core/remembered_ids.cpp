#include <core/remembered_ids.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;
using namespace std::chrono_literals;

time_point at(std::int64_t seconds)
{
    return {1'700'000'000 + seconds, 0};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(remembered_ids)

BOOST_AUTO_TEST_CASE(id_is_known_within_its_window)
{
    core::remembered_ids ids{10s, 100};
    ids.add("a", 7, at(0));
    BOOST_TEST(ids.find("a", at(10)) == 7u);
    BOOST_TEST(ids.find("b", at(10)) == 0u);
    BOOST_TEST(ids.find("a", at(11)) == 0u);
    BOOST_TEST(ids.size() == 0u);
}

BOOST_AUTO_TEST_CASE(id_that_was_forgotten_can_be_published_again)
{
    core::remembered_ids ids{10s, 100};
    ids.add("a", 7, at(0));
    BOOST_TEST(ids.find("a", at(20)) == 0u);
    ids.add("a", 9, at(20));
    BOOST_TEST(ids.find("a", at(25)) == 9u);
}

BOOST_AUTO_TEST_CASE(number_of_ids_is_bounded_and_the_oldest_go_first)
{
    core::remembered_ids ids{1h, 3};
    for (std::uint64_t i = 1; i <= 5; ++i)
        ids.add(std::to_string(i), i, at(0));
    BOOST_TEST(ids.size() == 3u);
    BOOST_TEST(ids.find("2", at(0)) == 0u);
    BOOST_TEST(ids.find("3", at(0)) == 3u);
    BOOST_TEST(ids.find("5", at(0)) == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
