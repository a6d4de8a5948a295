#include <net/origin.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace thump::test {
namespace {

net::http_request from(std::string_view origin, std::string_view authority = "api.example:8080")
{
    return {.authority = authority, .fields = {{"Origin", origin}}};
}

net::origin_policy policy(std::vector<std::string> allowed)
{
    return net::origin_policy{allowed};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(origin)

BOOST_AUTO_TEST_CASE(request_without_origin_is_served)
{
    BOOST_TEST(policy({}).allows({.authority = "h"}));
}

BOOST_AUTO_TEST_CASE(own_origin_is_served)
{
    BOOST_TEST(policy({}).allows(from("http://API.example:8080")));
    BOOST_TEST(policy({}).allows(from("https://api.example:8080")));
    BOOST_TEST(policy({}).allows(from("https://api.example", "api.example:443")));
    BOOST_TEST(policy({}).allows(from("http://api.example", "api.example")));
}

BOOST_AUTO_TEST_CASE(foreign_origin_is_not_served)
{
    for (std::string_view const origin :
         {"http://api.example", "http://api.example:80800", "http://evil.api.example:8080", "null",
          "", "file://", "ftp://api.example:8080", "http://api.example:8080.evil"})
        BOOST_TEST(!policy({}).allows(from(origin)), origin);
    BOOST_TEST(!policy({}).allows(from("http://", "")));
    BOOST_TEST(!policy({}).allows(from("http://api.example", "api.example:443")));
}

BOOST_AUTO_TEST_CASE(listed_origin_is_served_and_echoed)
{
    auto const listing = policy({"https://app.example/", "null"});
    BOOST_TEST(listing.allows(from("https://app.example")));
    BOOST_TEST(listing.allows(from("null")));
    BOOST_TEST(!listing.allows(from("http://app.example")));
    BOOST_TEST(listing.answer(from("https://app.example")).allow_origin == "https://app.example");
    BOOST_TEST(listing.answer(from("https://app.example")).vary);
    BOOST_TEST(listing.answer(from("https://evil.example")).allow_origin == "");
    BOOST_TEST(listing.answer(from("https://evil.example")).vary);
    BOOST_TEST(listing.answer({}).vary);
}

BOOST_AUTO_TEST_CASE(two_origins_are_none)
{
    net::http_request const request{.authority = "h",
                                    .fields = {{"Origin", "http://h"}, {"Origin", "http://evil"}}};
    BOOST_TEST(!policy({}).allows(request));
}

BOOST_AUTO_TEST_CASE(star_serves_every_origin_without_naming_it)
{
    auto const all = policy({"*"});
    BOOST_TEST(all.allows(from("null")));
    BOOST_TEST(all.answer(from("https://evil.example")).allow_origin == "*");
    BOOST_TEST(!all.answer(from("https://evil.example")).vary);
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
