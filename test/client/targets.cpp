#include <client/targets.hpp>

#include <net/target.hpp>
#include <wire/stream_request.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;
using namespace thump::client_side;

// What a server understands of a target.
wire::stream_request understood(std::string const& target)
{
    auto const parts = net::split_target(target);
    BOOST_TEST_REQUIRE(parts.has_value(), target);
    wire::stream_request_builder builder{{}, 1'000'000};
    if (parts->query) {
        auto const query = net::parse_query(*parts->query);
        BOOST_TEST_REQUIRE(query.has_value(), target);
        for (auto const& [name, value] : *query)
            BOOST_TEST_REQUIRE(builder.set(name, value).has_value(), name << '=' << value);
    }
    auto made = builder.finish();
    BOOST_TEST_REQUIRE(made.has_value(), target);
    return *std::move(made);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(targets)

BOOST_AUTO_TEST_CASE(what_is_not_set_is_not_asked_for)
{
    BOOST_TEST(stream_target("", {}, {}) == "/v1/events");
    BOOST_TEST(stream_target("/p", {}, {}) == "/p/v1/events");
}

BOOST_AUTO_TEST_CASE(a_server_understands_what_was_asked)
{
    stream_options wanted;
    auto& asked = wanted.subscription;
    asked.types = {"task.*", "node.>"};
    asked.where = {{"a b&c=d", {"x+y", "50%", "\xc3\xa9", ""}}, {"region", {"eu"}}};
    asked.queue = 7;
    asked.overflow = overflow::latest;
    asked.key = "task_id";
    asked.since = time_back{std::chrono::minutes{10}};
    asked.until = at_sequence{99};
    wanted.max_rate = 2.5;
    asked.name = "me & you";

    auto const request = understood(stream_target("", wanted, asked.since));
    auto const& got = request.subscription;
    BOOST_TEST(got.types == asked.types);
    BOOST_TEST((got.where == asked.where));
    BOOST_TEST(got.queue == 7u);
    BOOST_TEST((got.overflow == overflow::latest));
    BOOST_TEST(got.key == "task_id");
    BOOST_TEST((got.since == asked.since));
    BOOST_TEST((got.until == asked.until));
    BOOST_TEST(request.max_rate.value() == 2.5);
    BOOST_TEST(got.name == asked.name);
}

// A server may have other defaults than the library.
BOOST_AUTO_TEST_CASE(what_a_library_has_as_default_can_be_asked_for)
{
    subscription_options const defaults;
    BOOST_TEST(stream_target("",
                             {.subscription = {.queue = defaults.queue,
                                               .overflow = defaults.overflow,
                                               .key = defaults.key}},
                             {}) == "/v1/events?queue=50&overflow=drop_newest&key=type");
}

BOOST_AUTO_TEST_CASE(another_beginning_stands_in_for_the_one_asked_for)
{
    stream_options asked;
    asked.subscription.since = earliest{};
    auto const got = understood(stream_target("", asked, cursor{"e1", 41})).subscription;
    BOOST_TEST((got.since == position{cursor{"e1", 41}}));
}

BOOST_AUTO_TEST_CASE(history_is_asked_for_from_the_oldest)
{
    auto const got = understood(history_target("", {.types = {"t"}, .limit = 5}));
    BOOST_TEST((got.subscription.since == position{earliest{}}));
    BOOST_TEST(got.limit.value() == 5u);
    BOOST_TEST(got.subscription.types == std::vector<std::string>{"t"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
