#include <net/subprotocol.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace thump::test {
namespace {

using wire::stream_format;

// The subprotocol and the form of events: `thump.v1.json thump`; `refused` where there is none.
std::string chosen(std::vector<net::http_field> fields,
                   std::optional<stream_format> asked = std::nullopt)
{
    auto const spoken = net::choose_subprotocol({.fields = std::move(fields)}, asked);
    if (!spoken) return "refused";
    return std::string{spoken->name} + ' ' + std::string{to_string(spoken->events)} + ' ' +
           std::string{to_string(spoken->control)};
}

constexpr auto thump = stream_format::thump;
constexpr auto cloudevents = stream_format::cloudevents;
constexpr std::string_view field = "Sec-WebSocket-Protocol";

}   // namespace

BOOST_AUTO_TEST_SUITE(subprotocol)

BOOST_AUTO_TEST_CASE(without_an_offer_only_events_have_the_format)
{
    BOOST_TEST(chosen({}) == " thump thump");
    BOOST_TEST(chosen({}, cloudevents) == " cloudevents thump");
    BOOST_TEST(chosen({{field, "chat, Cloudevents.JSON"}}) == " thump thump");
}

BOOST_AUTO_TEST_CASE(the_first_offer_that_is_known_is_chosen)
{
    BOOST_TEST(chosen({{field, "thump.v1.json"}}) == "thump.v1.json thump thump");
    BOOST_TEST(chosen({{field, "cloudevents.json"}}) == "cloudevents.json cloudevents cloudevents");
    BOOST_TEST(chosen({{field, "x, cloudevents.json, thump.v1.json"}}) ==
               "cloudevents.json cloudevents cloudevents");
    BOOST_TEST(chosen({{"sec-websocket-protocol", "x"}, {field, "thump.v1.json"}}) ==
               "thump.v1.json thump thump");
}

BOOST_AUTO_TEST_CASE(the_format_asked_for_decides)
{
    BOOST_TEST(chosen({{field, "thump.v1.json, cloudevents.json"}}, cloudevents) ==
               "cloudevents.json cloudevents cloudevents");
    BOOST_TEST(chosen({{field, "cloudevents.json"}, {field, "thump.v1.json"}}, thump) ==
               "thump.v1.json thump thump");
    BOOST_TEST(chosen({{field, "cloudevents.json"}}, thump) == "refused");
    BOOST_TEST(chosen({{field, "thump.v1.json"}}, cloudevents) == "refused");
    BOOST_TEST(chosen({{field, "x"}}, cloudevents) == " cloudevents thump");
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
