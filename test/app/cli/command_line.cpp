#include <app/cli/command_line.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

namespace {

using namespace thump;
using namespace thump::cli;

template <class Options>
Options read(std::vector<char const*> args, server_choice* server = nullptr)
{
    args.insert(args.begin(), "thump");
    auto const line = parse_command_line(static_cast<int>(args.size()), args.data());
    BOOST_TEST_REQUIRE(std::holds_alternative<command_line>(line));
    auto const& made = std::get<command_line>(line);
    if (server) *server = made.server;
    BOOST_TEST_REQUIRE(std::holds_alternative<Options>(made.command));
    return std::get<Options>(made.command);
}

int refused(std::vector<char const*> args)
{
    args.insert(args.begin(), "thump");
    auto const line = parse_command_line(static_cast<int>(args.size()), args.data());
    BOOST_TEST_REQUIRE(std::holds_alternative<exit_code>(line));
    return std::get<exit_code>(line);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(command_lines)

BOOST_AUTO_TEST_CASE(publish_makes_an_event)
{
    auto const o = read<publish_options>({"publish", "t", "-m", "text", "-M", "a=1", "-M", "b=x=y",
                                          "--data", "[1]", "--id", "i", "--source", "/s",
                                          "--timestamp", "1970-01-01T00:00:01Z"});
    BOOST_TEST(o.e.type == "t");
    BOOST_TEST(o.e.message == "text");
    BOOST_TEST((o.e.metadata == metadata{{"a", "1"}, {"b", "x=y"}}));
    BOOST_TEST(o.e.data == "[1]");
    BOOST_TEST(o.e.id == "i");
    BOOST_TEST(o.e.source == "/s");
    BOOST_TEST(o.e.timestamp.value().seconds == 1);
    BOOST_TEST(!o.from_stdin);
}

BOOST_AUTO_TEST_CASE(values_that_look_like_options_are_values)
{
    BOOST_TEST(read<publish_options>({"publish", "t", "--message=-x"}).e.message == "-x");
    BOOST_TEST(read<publish_options>({"publish", "t", "--data", "-1"}).e.data == "-1");
}

BOOST_AUTO_TEST_CASE(tail_takes_patterns_between_options)
{
    auto const o = read<tail_options>({"tail", "task.*", "--where", "a=1", "node.>", "--where",
                                       "b=2", "--where", "a=3", "--since", "10m", "--json"});
    BOOST_TEST(o.events.types == (std::vector<std::string>{"task.*", "node.>"}),
               boost::test_tools::per_element());
    BOOST_TEST(
        (o.events.where == std::vector<metadata_condition>{{"a", {"1", "3"}}, {"b", {"2"}}}));
    BOOST_TEST((o.events.since == position{time_back{std::chrono::minutes{10}}}));
    BOOST_TEST(o.json);
    BOOST_TEST(o.follow);
}

BOOST_AUTO_TEST_CASE(the_server_may_stand_before_or_behind_the_command)
{
    server_choice server;
    (void)read<stats_options>({"--url", "http://a", "--token", "x", "stats"}, &server);
    BOOST_TEST(server.url == "http://a");
    BOOST_TEST(server.token == "x");
    (void)read<stats_options>({"stats", "--url", "http://b"}, &server);
    BOOST_TEST(server.url == "http://b");
    BOOST_TEST(server.token.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_wrong_usage)
{
    BOOST_TEST(refused({}) == exit_usage);
    BOOST_TEST(refused({"nothing"}) == exit_usage);
    BOOST_TEST(refused({"publish"}) == exit_usage);
    BOOST_TEST(refused({"publish", "a b"}) == exit_usage);
    BOOST_TEST(refused({"publish", "t", "-M", "=x"}) == exit_usage);
    BOOST_TEST(refused({"publish", "t", "--data", "{"}) == exit_usage);
    BOOST_TEST(refused({"publish", "t", "--data", ""}) == exit_usage);
    BOOST_TEST(refused({"publish", "--stdin", "--data", "1"}) == exit_usage);
    BOOST_TEST(refused({"tail", "a..b"}) == exit_usage);
    BOOST_TEST(refused({"tail", "--since", "soon"}) == exit_usage);
    BOOST_TEST(refused({"tail", "--overflow", "magic"}) == exit_usage);
    BOOST_TEST(refused({"top", "--interval", "0"}) == exit_usage);
    BOOST_TEST(refused({"bench", "--events", "0"}) == exit_usage);
    BOOST_TEST(refused({"--help"}) == exit_success);
    BOOST_TEST(refused({"tail", "--help"}) == exit_success);
    BOOST_TEST(refused({"--version"}) == exit_success);
}

BOOST_AUTO_TEST_SUITE_END()
