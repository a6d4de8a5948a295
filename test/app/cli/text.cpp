#include <app/cli/text.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace thump::cli;

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(thousands_stand_apart)
{
    BOOST_TEST(grouped(0) == "0");
    BOOST_TEST(grouped(999) == "999");
    BOOST_TEST(grouped(1000) == "1,000");
    BOOST_TEST(grouped(UINT64_MAX) == "18,446,744,073,709,551,615");
    BOOST_TEST(counted(1, "event") == "1 event");
    BOOST_TEST(counted(2000, "event") == "2,000 events");
    BOOST_TEST(counted(0, "gap") == "0 gaps");
}

BOOST_AUTO_TEST_CASE(durations_have_the_unit_that_fits)
{
    BOOST_TEST(brief(0ns) == "0 ns");
    BOOST_TEST(brief(999ns) == "999 ns");
    BOOST_TEST(brief(1500ns) == "1.5 us");
    BOOST_TEST(brief(87'400ns) == "87 us");
    BOOST_TEST(brief(1234us) == "1.2 ms");
    BOOST_TEST(brief(90s) == "90 s");
    BOOST_TEST(rate(1000, 500ms) == "2,000/s");
    BOOST_TEST(rate(1000, 0ns) == "0/s");
}

BOOST_AUTO_TEST_CASE(times_have_one_width)
{
    BOOST_TEST(milliseconds_text({0, 0}) == "1970-01-01T00:00:00.000Z");
    BOOST_TEST(milliseconds_text({1, 999'999'999}) == "1970-01-01T00:00:01.999Z");
}

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell)
{
    std::vector<std::vector<std::string>> const rows{{"A", "LONG"}, {"\xc3\xa9\xc3\xa9", "1"}};
    static constexpr std::array align{alignment::left, alignment::right};
    auto const lines = align_rows(rows, align);
    BOOST_TEST(lines.at(0) == "A   LONG");
    BOOST_TEST(lines.at(1) == "\xc3\xa9\xc3\xa9     1");
}

BOOST_AUTO_TEST_CASE(a_cut_does_not_split_a_character)
{
    BOOST_TEST(cut("a\xc3\xa9z", 0) == "");
    BOOST_TEST(cut("a\xc3\xa9z", 2) == "a\xc3\xa9");
    BOOST_TEST(cut("a\xc3\xa9z", 9) == "a\xc3\xa9z");
    BOOST_TEST(width_of("a\xc3\xa9z") == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
