#include <wire/rfc3339.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>

namespace {

using namespace thump;

std::string text_of(time_point t)
{
    std::string out;
    wire::append_rfc3339(out, t);
    return out;
}

std::string normalized(std::string_view text)
{
    auto const t = parse_time_point(text);
    return t ? text_of(*t) : "refused";
}

}   // namespace

BOOST_AUTO_TEST_SUITE(rfc3339)

BOOST_AUTO_TEST_CASE(known_instants_are_read_and_written)
{
    BOOST_TEST(parse_time_point("1970-01-01T00:00:00Z").value().seconds == 0);
    BOOST_TEST(parse_time_point("2001-09-09T01:46:40Z").value().seconds == 1'000'000'000);
    BOOST_TEST(text_of({1'000'000'000, 0}) == "2001-09-09T01:46:40Z");
    BOOST_TEST(text_of({-1, 0}) == "1969-12-31T23:59:59Z");
}

BOOST_AUTO_TEST_CASE(offsets_lead_to_utc)
{
    BOOST_TEST(normalized("1985-04-12T23:20:50.52Z") == "1985-04-12T23:20:50.52Z");
    BOOST_TEST(normalized("1996-12-19T16:39:57-08:00") == "1996-12-20T00:39:57Z");
    BOOST_TEST(normalized("1937-01-01T12:00:27.87+00:20") == "1937-01-01T11:40:27.87Z");
    BOOST_TEST(normalized("2020-06-01T00:00:00-00:00") == "2020-06-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(letters_may_be_lower_case)
{
    BOOST_TEST(normalized("2020-06-01t01:02:03z") == "2020-06-01T01:02:03Z");
}

BOOST_AUTO_TEST_CASE(every_year_of_four_digits_goes_both_ways)
{
    for (auto const* text : {"0000-01-01T00:00:00Z", "0000-02-29T00:00:00Z", "0001-01-01T00:00:00Z",
                             "1582-10-10T12:00:00Z", "9999-12-31T23:59:59.999999999Z"})
        BOOST_TEST(normalized(text) == text);
    for (std::int64_t day = -719'528; day <= 2'932'896; day += 97) {
        time_point const t{day * 86'400 + 5, 1};
        BOOST_TEST_REQUIRE((parse_time_point(text_of(t)) == t));
    }
}

BOOST_AUTO_TEST_CASE(a_year_outside_of_four_digits_in_utc_is_refused)
{
    BOOST_TEST(normalized("0000-01-01T00:00:00+00:01") == "refused");
    BOOST_TEST(normalized("9999-12-31T23:59:59-00:01") == "refused");
    BOOST_TEST(!wire::has_four_digit_year({-62'167'219'201, 0}));
    BOOST_TEST(!wire::has_four_digit_year({253'402'300'800, 0}));
    BOOST_TEST(!wire::has_four_digit_year({0, 1'000'000'000}));
}

BOOST_AUTO_TEST_CASE(fractions_are_cut_after_the_nanosecond_and_written_without_zeros)
{
    BOOST_TEST(normalized("2020-01-01T00:00:00.1Z") == "2020-01-01T00:00:00.1Z");
    BOOST_TEST(normalized("2020-01-01T00:00:00.100Z") == "2020-01-01T00:00:00.1Z");
    BOOST_TEST(normalized("2020-01-01T00:00:00.000Z") == "2020-01-01T00:00:00Z");
    BOOST_TEST(normalized("2020-01-01T00:00:00.1234567899999999999999Z") ==
               "2020-01-01T00:00:00.123456789Z");
    BOOST_TEST(normalized("2020-01-01T00:00:00.000000001Z") == "2020-01-01T00:00:00.000000001Z");
}

BOOST_AUTO_TEST_CASE(a_leap_second_is_the_second_that_follows)
{
    BOOST_TEST(normalized("1990-12-31T23:59:60Z") == "1991-01-01T00:00:00Z");
    BOOST_TEST(normalized("1990-12-31T15:59:60-08:00") == "1991-01-01T00:00:00Z");
    BOOST_TEST(normalized("1990-12-31T23:58:60Z") == "refused");
    BOOST_TEST(normalized("1990-12-31T22:59:60Z") == "refused");
    BOOST_TEST(normalized("9999-12-31T23:59:60Z") == "refused");
}

BOOST_AUTO_TEST_CASE(what_is_no_date_time_is_refused)
{
    for (auto const* text : {"",
                             "2020",
                             "2020-01-01",
                             "2020-01-01T00:00:00",
                             "2020-01-01 00:00:00Z",
                             "2020-1-01T00:00:00Z",
                             "2020-13-01T00:00:00Z",
                             "2020-00-01T00:00:00Z",
                             "2020-01-00T00:00:00Z",
                             "2020-01-32T00:00:00Z",
                             "2021-02-29T00:00:00Z",
                             "1900-02-29T00:00:00Z",
                             "2020-01-01T24:00:00Z",
                             "2020-01-01T00:60:00Z",
                             "2020-01-01T00:00:61Z",
                             "2020-01-01T00:00:00.Z",
                             "2020-01-01T00:00:00,5Z",
                             "2020-01-01T00:00:00+24:00",
                             "2020-01-01T00:00:00+00:60",
                             "2020-01-01T00:00:00+0000",
                             "2020-01-01T00:00:00ZZ",
                             "2020-01-01T00:00:00Z ",
                             " 2020-01-01T00:00:00Z",
                             "12020-01-01T00:00:00Z",
                             "+2020-01-01T00:00:00Z",
                             "2020-01-01T-1:00:00Z",
                             "2020-01-01T00:00:0:Z",
                             "2020/01/01T00:00:00Z",
                             "2020-01-01T00:00:00\xc2\xb5Z"})
        BOOST_TEST(!parse_time_point(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(instant_goes_to_text_and_to_chrono_and_back)
{
    time_point const t{1'000'000'000, 250'000'000};
    BOOST_TEST(to_string(t) == "2001-09-09T01:46:40.25Z");
    BOOST_TEST((parse_time_point("2001-09-09T03:46:40.25+02:00") == t));
    BOOST_TEST(!parse_time_point("yesterday"));
    BOOST_TEST((time_point::from(t.to_sys_time()) == t));
    // The nearest that there is.
    using nanos = std::chrono::sys_time<std::chrono::nanoseconds>;
    BOOST_TEST((parse_time_point("9999-12-31T23:59:59Z")->to_sys_time() == nanos::max()));
    BOOST_TEST((parse_time_point("0001-01-01T00:00:00Z")->to_sys_time() == nanos::min()));
}

BOOST_AUTO_TEST_SUITE_END()
