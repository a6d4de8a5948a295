#include <core/remembered_ids.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;
using namespace std::chrono_literals;

core::remembered_ids::time_point at(std::int64_t seconds)
{
    return core::remembered_ids::time_point{1'000'000s} + std::chrono::seconds{seconds};
}

void remember(core::remembered_ids& ids, std::string const& id, std::uint64_t seq,
              std::int64_t seconds)
{
    BOOST_TEST(ids.find(id, at(seconds)) == 0u);
    ids.add(id, seq);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(remembered_ids)

BOOST_AUTO_TEST_CASE(id_is_known_within_its_window)
{
    core::remembered_ids ids{10s, 100};
    remember(ids, "a", 7, 0);
    BOOST_TEST(ids.find("a", at(10)) == 7u);
    BOOST_TEST(ids.find("b", at(10)) == 0u);
    BOOST_TEST(ids.find("a", at(11)) == 0u);
    BOOST_TEST(ids.size() == 0u);
}

BOOST_AUTO_TEST_CASE(id_that_was_forgotten_can_be_published_again)
{
    core::remembered_ids ids{10s, 100};
    remember(ids, "a", 7, 0);
    remember(ids, "a", 9, 20);
    BOOST_TEST(ids.find("a", at(25)) == 9u);
}

BOOST_AUTO_TEST_CASE(number_of_ids_is_bounded_and_the_oldest_go_first)
{
    core::remembered_ids ids{1h, 3};
    for (std::uint64_t i = 1; i <= 5; ++i)
        remember(ids, std::to_string(i), i, 0);
    BOOST_TEST(ids.size() == 3u);
    BOOST_TEST(ids.find("2", at(0)) == 0u);
    BOOST_TEST(ids.find("3", at(0)) == 3u);
    BOOST_TEST(ids.find("5", at(0)) == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
