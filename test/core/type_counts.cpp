#include <core/type_counts.hpp>

#include <thump/types.hpp>

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <string>

using namespace thump;

BOOST_AUTO_TEST_SUITE(core_type_counts)

BOOST_AUTO_TEST_CASE(each_known_type_has_its_place_in_the_catalogs_order)
{
    core::type_counts counts;
    for (std::size_t i = 0; i < catalog().size(); ++i)
        for (std::size_t n = 0; n <= i; ++n)
            counts.add(catalog()[i].type);
    auto const now = counts.read();
    BOOST_TEST_REQUIRE(now.size() == catalog().size() + 1);
    for (std::size_t i = 0; i < catalog().size(); ++i)
        BOOST_TEST(now[i] == i + 1);
    BOOST_TEST(now.back() == 0u);
}

BOOST_AUTO_TEST_CASE(however_many_other_types_there_are_they_share_one_count)
{
    core::type_counts counts;
    for (int i = 0; i < 1000; ++i)
        counts.add("made.up." + std::to_string(i));
    counts.add(types::node_down);
    counts.add("node.down.twice");
    auto const now = counts.read();
    BOOST_TEST(now.back() == 1001u);
    BOOST_TEST(std::accumulate(now.begin(), now.end(), std::uint64_t{0}) == 1002u);
}

BOOST_AUTO_TEST_SUITE_END()
