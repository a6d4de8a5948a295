#include <net/journal.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using thump::log_level;
using thump::net::journal;
using thump::net::log_budget;

namespace {

using steady_time = log_budget::steady_time;
constexpr steady_time start{1h};

}   // namespace

BOOST_AUTO_TEST_SUITE(net_journal)

BOOST_AUTO_TEST_CASE(lines_go_to_the_sink_until_it_is_closed)
{
    std::vector<std::string> lines;
    journal log{[&](log_level, std::string_view line) { lines.emplace_back(line); }};
    log.write(log_level::info, "one");
    log.close();
    log.write(log_level::error, "two");
    BOOST_TEST(lines == std::vector<std::string>{"one"}, boost::test_tools::per_element());
    journal nowhere{{}};
    nowhere.write(log_level::error, "nobody minds");
}

BOOST_AUTO_TEST_CASE(a_budget_lets_so_many_lines_pass_in_an_interval)
{
    log_budget budget;
    for (std::size_t i = 0; i < log_budget::lines; ++i)
        BOOST_TEST(budget.spend(start + 9s));
    BOOST_TEST(!budget.spend(start + 9s));
    BOOST_TEST(!budget.spend(start + 18s));
    BOOST_TEST(budget.spend(start + 19s));
}

BOOST_AUTO_TEST_CASE(what_was_left_out_is_told_once_and_only_when_the_interval_has_passed)
{
    log_budget budget;
    for (std::size_t i = 0; i < log_budget::lines + 7; ++i)
        (void)budget.spend(start);
    BOOST_TEST(budget.take_left_out(start + 5s) == 0u);
    BOOST_TEST(budget.take_left_out(start + log_budget::interval) == 7u);
    BOOST_TEST(budget.take_left_out(start + 2 * log_budget::interval) == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_left_out_is_not_forgotten_when_new_lines_come_first)
{
    log_budget budget;
    for (std::size_t i = 0; i < log_budget::lines + 3; ++i)
        (void)budget.spend(start);
    BOOST_TEST(budget.spend(start + log_budget::interval));
    BOOST_TEST(budget.take_left_out(start + log_budget::interval) == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
