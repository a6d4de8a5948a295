#include <thump/gap.hpp>
#include <thump/subscription_options.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <utility>

namespace {

using namespace thump;

}   // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(policies_have_their_names_of_the_wire)
{
    constexpr std::pair<overflow, std::string_view> policies[] = {
        {overflow::drop_newest, "drop_newest"}, {overflow::drop_oldest, "drop_oldest"},
        {overflow::latest, "latest"},           {overflow::catch_up, "catch_up"},
        {overflow::disconnect, "disconnect"},
    };
    for (auto const& [policy, name] : policies) {
        BOOST_TEST(to_string(policy) == name);
        BOOST_TEST((parse_overflow(name) == policy));
    }
    for (auto const bad : {"", "drop", "Drop_newest", "drop_newest "})
        BOOST_TEST(!parse_overflow(bad).has_value());
}

BOOST_AUTO_TEST_CASE(reasons_have_their_names_of_the_wire)
{
    BOOST_TEST(to_string(gap_reason::conflated) == "conflated");
    BOOST_TEST(to_string(gap_reason::subscription_ended) == "subscription_ended");
    BOOST_TEST(to_string(gap_reason::expired) == "expired");
    BOOST_TEST(to_string(gap_reason::queue_full) == "queue_full");
    BOOST_TEST(to_string(gap_reason::history_overrun) == "history_overrun");
    BOOST_TEST(to_string(gap_reason::cursor_expired) == "cursor_expired");
}

BOOST_AUTO_TEST_SUITE_END()
