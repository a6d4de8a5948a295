#include <app/cli/gap_sentence.hpp>

#include <boost/test/unit_test.hpp>

using namespace thump;
using cli::gap_sentence;

BOOST_AUTO_TEST_SUITE(gap_words)

BOOST_AUTO_TEST_CASE(a_gap_tells_how_many_which_and_why)
{
    BOOST_TEST(gap_sentence({.from = 1041, .to = 1099, .dropped = 37}) ==
               "gap: 37 events lost, 1041-1099, queue full");
    BOOST_TEST(gap_sentence({.from = 5, .to = 5, .dropped = 1, .reason = gap_reason::conflated}) ==
               "gap: 1 event lost, 5, conflated");
    BOOST_TEST(gap_sentence({.from = 1,
                             .to = 2000,
                             .dropped = 2000,
                             .reason = gap_reason::history_overrun,
                             .recoverable = true}) ==
               "gap: 2,000 events lost, 1-2000, history overrun; history still has them");
}

BOOST_AUTO_TEST_CASE(an_unknown_loss_is_said_to_be_one)
{
    auto const text = gap_sentence({.reason = gap_reason::cursor_expired});
    BOOST_TEST(text.starts_with("gap: "));
    BOOST_TEST(text.find("not known") != std::string::npos);
    BOOST_TEST(
        gap_sentence({.from = 2, .to = 9, .dropped = 8, .reason = gap_reason::cursor_expired}) ==
        "gap: 8 events lost, 2-9, cursor expired");
}

BOOST_AUTO_TEST_SUITE_END()
