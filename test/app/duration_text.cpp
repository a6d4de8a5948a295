#include <app/duration_text.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

namespace thump::app {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration_text)

BOOST_AUTO_TEST_CASE(every_unit_is_read)
{
    BOOST_TEST((parse_duration("250ms") == 250ms));
    BOOST_TEST((parse_duration("10s") == 10s));
    BOOST_TEST((parse_duration("5m") == 5min));
    BOOST_TEST((parse_duration("2h") == 2h));
    BOOST_TEST((parse_duration("0s") == 0s));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused)
{
    for (std::string_view const text :
         {"", "10", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1S", "1d", "1m30s", "0x1s",
          "99999999999999999999s", "9223372036854775807h"})
        BOOST_TEST(!parse_duration(text).has_value(), "'" << text << "' was read");
}

BOOST_AUTO_TEST_CASE(the_largest_whole_unit_is_written)
{
    BOOST_TEST(to_text(0ms) == "0s");
    BOOST_TEST(to_text(250ms) == "250ms");
    BOOST_TEST(to_text(75'000ms) == "75s");
    BOOST_TEST(to_text(60'000ms) == "1m");
    BOOST_TEST(to_text(90min) == "90m");
    BOOST_TEST(to_text(24h) == "24h");
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace
}   // namespace thump::app
