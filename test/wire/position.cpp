#include <wire/position.hpp>

#include <thump/time_point.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace thump;
using namespace thump::wire;

template <class Position>
bool reads_as(std::string_view text, Position const& expected)
{
    auto const p = parse_position(text);
    return p && *p == position{expected};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(position_)

BOOST_AUTO_TEST_CASE(each_form_is_told_from_the_others)
{
    BOOST_TEST(reads_as("0", at_sequence{0}));
    BOOST_TEST(reads_as("18446744073709551615", at_sequence{UINT64_MAX}));
    BOOST_TEST(reads_as("k3_J-x:42", cursor{"k3_J-x", 42}));
    BOOST_TEST(reads_as("2024:42", cursor{"2024", 42}));
    BOOST_TEST(reads_as("2024-05-01T12:00:00Z", *parse_time_point("2024-05-01T12:00:00Z")));
    BOOST_TEST(reads_as("90s", time_back{90s}));
    BOOST_TEST(reads_as("10m", time_back{10min}));
    BOOST_TEST(reads_as("2h", time_back{2h}));
    BOOST_TEST(reads_as("7d", time_back{168h}));
    BOOST_TEST(reads_as("earliest", earliest{}));
    BOOST_TEST(reads_as("last:20", last_events{20}));
}

BOOST_AUTO_TEST_CASE(what_has_no_form_is_refused)
{
    for (auto const* text : {"",       "-1",       "+1",
                             "1.5",    " 1",       "18446744073709551616",
                             "m",      "10x",      "1000000000000s",
                             "-5m",    "last",     "last:",
                             "last:x", "Earliest", ":1",
                             "a:",     "a:-1",     "a:b",
                             "a b:1",  "a:1:2",    "2024-05-01",
                             "é:1"})
        BOOST_TEST(!parse_position(text), text);
}

BOOST_AUTO_TEST_CASE(a_position_comes_back_as_it_was_written)
{
    for (auto const* text : {"7", "abc:7", "2024-05-01T12:00:00.5Z", "90s", "10m", "2h", "7d", "0d",
                             "earliest", "last:3"}) {
        std::string out;
        append_position(out, parse_position(text).value());
        BOOST_TEST(out == text);
    }
}

BOOST_AUTO_TEST_CASE(cursor_is_kept_as_text)
{
    cursor const c{"abc-1", 17};
    BOOST_TEST(to_string(c) == "abc-1:17");
    BOOST_TEST((parse_cursor(to_string(c)) == c));
    BOOST_TEST(!parse_cursor("17"));
    BOOST_TEST(!parse_cursor("abc-1:"));
}

BOOST_AUTO_TEST_SUITE_END()
