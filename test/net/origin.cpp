#include <net/origin.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace thump::test {
namespace {

net::http_request from(std::string_view origin, std::string_view authority = "127.0.0.1:8080")
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
    BOOST_TEST(policy({}).allows(from("http://127.0.0.1:8080")));
    BOOST_TEST(policy({}).allows(from("https://127.0.0.1:8080")));
    BOOST_TEST(policy({}).allows(from("http://LOCALHOST:8080", "localhost:8080")));
    BOOST_TEST(policy({}).allows(from("http://[::1]:8080", "[::1]:8080")));
    BOOST_TEST(policy({}).allows(from("https://thump", "thump:443")));
    BOOST_TEST(policy({}).allows(from("http://10.1.2.3", "10.1.2.3")));
}

BOOST_AUTO_TEST_CASE(foreign_origin_is_not_served)
{
    for (std::string_view const origin :
         {"http://127.0.0.1", "http://127.0.0.1:80800", "http://evil.127.0.0.1:8080", "null", "",
          "file://", "ftp://127.0.0.1:8080", "http://127.0.0.1:8080.evil", "http://localhost:8080"})
        BOOST_TEST(!policy({}).allows(from(origin)), origin);
    BOOST_TEST(!policy({}).allows(from("http://", "")));
    BOOST_TEST(!policy({}).allows(from("http://thump", "thump:443")));
}

BOOST_AUTO_TEST_CASE(own_origin_by_a_name_that_anybody_may_own_is_foreign)
{
    for (std::string const name : {"evil.example", "EVIL.example.", "127.0.0.1.evil.example",
                                   "localhost.evil.example", "127.1.", "1.2.3.4.5", "x.localhosts"})
        BOOST_TEST(!policy({}).allows(from("http://" + name + ":8080", name + ":8080")), name);
}

BOOST_AUTO_TEST_CASE(host_is_trusted_that_nobody_else_can_own)
{
    for (std::string_view const host :
         {"", "localhost", "localhost:8080", "app.localhost:1", "thump", "thump.", "127.0.0.1:8080",
          "10.0.0.1", "[::1]:8080", "[::1]"})
        BOOST_TEST(policy({}).trusts_host(host), host);
    for (std::string_view const host : {"evil.example", "evil.example:8080", "evil.example.",
                                        "127.0.0.1.evil.example:80", "1.2.3"})
        BOOST_TEST(!policy({}).trusts_host(host), host);
}

BOOST_AUTO_TEST_CASE(host_of_a_listed_origin_is_trusted)
{
    auto const listing = policy({"https://Events.example:8443", "null"});
    BOOST_TEST(listing.trusts_host("events.example"));
    BOOST_TEST(listing.trusts_host("events.EXAMPLE:8080"));
    BOOST_TEST(!listing.trusts_host("evil.events.example"));
    BOOST_TEST(!listing.trusts_host("example.org"));
    BOOST_TEST(listing.allows(from("http://events.example", "events.example")));
    BOOST_TEST(policy({"*"}).trusts_host("evil.example"));
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
                                    .fields = {{"Origin", "http://h"}, {"Origin", "http://h"}}};
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
