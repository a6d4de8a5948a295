#include <net/media_type.hpp>

#include <boost/test/unit_test.hpp>

#include <array>

namespace thump::test {
namespace {

using net::negotiate;
using net::parse_media_type;

constexpr std::array<std::string_view, 3> offers{"application/json", "text/event-stream",
                                                 "text/html"};

std::string_view chosen(std::string_view accept)
{
    auto const at = negotiate(accept, offers);
    return at ? offers[*at] : "none";
}

}   // namespace

BOOST_AUTO_TEST_SUITE(media_type)

BOOST_AUTO_TEST_CASE(type_and_parameters_are_read_in_any_case)
{
    auto const type = parse_media_type(" Application/CloudEvents+JSON ; Charset=\"utf\\-8\" ;v=1");
    BOOST_TEST_REQUIRE(type.has_value());
    BOOST_TEST(type->is("application/cloudevents+json"));
    BOOST_TEST(type->type() == "Application");
    BOOST_TEST(type->parameter("charset").value_or("") == "utf-8");
    BOOST_TEST(type->parameter("V").value_or("") == "1");
    BOOST_TEST(!type->parameter("q").has_value());
    BOOST_TEST(parse_media_type("application/json")->is("application/json"));
    BOOST_TEST(!parse_media_type("application/jsonx")->is("application/json"));
}

BOOST_AUTO_TEST_CASE(what_is_no_media_type_is_refused)
{
    for (std::string_view const text :
         {"", "json", "/json", "application/", "application/json/x", "application/js on",
          "application/json, text/plain", "app(lication/json", ";charset=utf-8"})
        BOOST_TEST(!parse_media_type(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(first_offer_wins_where_accept_has_no_preference)
{
    BOOST_TEST(chosen("") == "application/json");
    BOOST_TEST(chosen("*/*") == "application/json");
    BOOST_TEST(chosen("text/*") == "text/event-stream");
    BOOST_TEST(chosen("text/html, application/json") == "application/json");
}

BOOST_AUTO_TEST_CASE(named_type_wins_over_wildcard)
{
    BOOST_TEST(chosen("text/event-stream") == "text/event-stream");
    BOOST_TEST(chosen("*/*, TEXT/Event-Stream") == "text/event-stream");
    BOOST_TEST(chosen("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8") ==
               "text/html");
}

BOOST_AUTO_TEST_CASE(weights_decide_and_zero_excludes)
{
    BOOST_TEST(chosen("application/json;q=0.5, text/html;q=0.501") == "text/html");
    BOOST_TEST(chosen("application/json;q=0, */*") == "text/event-stream");
    BOOST_TEST(chosen("*/*, application/json;q=0.1, text/*;q=0.2") == "text/event-stream");
    BOOST_TEST(chosen("application/json;q=0") == "none");
    BOOST_TEST(chosen("*/*;q=0.0") == "none");
    BOOST_TEST(chosen("image/png") == "none");
}

BOOST_AUTO_TEST_CASE(malformed_ranges_count_for_nothing)
{
    BOOST_TEST(chosen("text/html;q=2, application/json;q=0.1") == "application/json");
    BOOST_TEST(chosen("text/html;q=0.1234") == "none");
    BOOST_TEST(chosen("text/html;q=1.001") == "none");
    BOOST_TEST(chosen("*, text/html;q=0.2") == "text/html");
    BOOST_TEST(chosen(", ,text/html") == "text/html");
    BOOST_TEST(chosen("image/png;x=\"a,b\\\",text/html\", text/event-stream") ==
               "text/event-stream");
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
