#include <app/cli/event_line.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;

std::string line_of(cli::event_line& lines, event const& e)
{
    std::string text;
    lines.append(text, e);
    return text;
}

event sample()
{
    event e{.type = "task.failed",
            .timestamp = time_point{1'714'564'800, 5'999'999},
            .message = "image not found",
            .data = "[1]",
            .seq = 41};
    e.metadata = {{"task_id", "t1"}, {"why", "not there"}, {"zero", ""}};
    return e;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(event_line)

BOOST_AUTO_TEST_CASE(columns_stand_below_each_other)
{
    cli::event_line lines{false};
    BOOST_TEST(line_of(lines, sample()) ==
               "2024-05-01T12:00:00.005Z      41  task.failed       image not found  "
               "task_id=t1 why=\"not there\" zero=\"\"  data=[1]\n");
    BOOST_TEST(line_of(lines, {.type = "t", .seq = 1'234'567}) ==
               std::string(24, ' ') + " 1234567  t\n");
}

BOOST_AUTO_TEST_CASE(the_column_of_types_grows_with_them)
{
    cli::event_line lines{false};
    event const wide{.type = "a.type.of.twenty.two.b", .message = "m"};
    BOOST_TEST(line_of(lines, wide).ends_with("  a.type.of.twenty.two.b  m\n"));
    BOOST_TEST(line_of(lines, {.type = "t", .message = "m"})
                   .ends_with("  t" + std::string(21, ' ') + "  m\n"));
}

BOOST_AUTO_TEST_CASE(colours_end_where_they_began)
{
    cli::event_line lines{true};
    auto const text = line_of(lines, sample());
    BOOST_TEST(text.find("\x1b[31mtask.failed\x1b[0m") != std::string::npos);
    BOOST_TEST(text.rfind("\x1b[0m") > text.rfind("\x1b[2m"));
}

BOOST_AUTO_TEST_CASE(nothing_of_an_event_acts_on_a_terminal)
{
    cli::event_line lines{false};
    event e{.type = "t\x1b", .message = "\x1b[2J\n", .data = "\"\xc2\x9b\""};
    e.metadata = {{"k\r", "v\x07"}};
    auto const text = line_of(lines, e);
    for (char const c : text.substr(0, text.size() - 1))
        BOOST_TEST((c >= 0x20 && c < 0x7f));
}

BOOST_AUTO_TEST_CASE(long_data_is_cut)
{
    cli::event_line lines{false};
    auto const text = line_of(lines, {.type = "t", .data = '"' + std::string(1000, 'x') + '"'});
    BOOST_TEST(text.size() < 300u);
    BOOST_TEST(text.ends_with("x...\n"));
}

BOOST_AUTO_TEST_SUITE_END()
