#include <net/target.hpp>

#include <boost/test/unit_test.hpp>

#include <ostream>

namespace thump::test {
namespace {

using net::parse_query;
using net::split_target;

std::string pairs(std::string_view query)
{
    auto const parsed = parse_query(query);
    if (!parsed) return "error: " + parsed.error().detail;
    std::string text;
    for (auto const& [name, value] : *parsed)
        text += "[" + name + "|" + value + "]";
    return text;
}

std::string normalized(std::string_view path)
{
    std::string storage;
    auto const result = net::normalize_path(path, storage);
    return result ? std::string{*result} : "error";
}

}   // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(origin_form_has_path_and_query)
{
    auto const plain = split_target("/v1/events").value();
    BOOST_TEST(plain.path == "/v1/events");
    BOOST_TEST(!plain.query.has_value());
    BOOST_TEST(!plain.authority.has_value());
    auto const full = split_target("/a?b=c?d/e").value();
    BOOST_TEST(full.path == "/a");
    BOOST_TEST(full.query.value() == "b=c?d/e");
    BOOST_TEST(split_target("/?").value().query.value() == "");
    BOOST_TEST(split_target("//x").value().path == "//x");
}

BOOST_AUTO_TEST_CASE(absolute_form_has_an_authority)
{
    auto const full = split_target("HTTPS://[::1]:8080/a?b").value();
    BOOST_TEST(full.authority.value() == "[::1]:8080");
    BOOST_TEST(full.path == "/a");
    BOOST_TEST(full.query.value() == "b");
    auto const bare = split_target("http://h?q").value();
    BOOST_TEST(bare.authority.value() == "h");
    BOOST_TEST(bare.path == "/");
    BOOST_TEST(bare.query.value() == "q");
}

BOOST_AUTO_TEST_CASE(other_forms_are_refused)
{
    for (std::string_view const text :
         {"", "a", "?a", "/a b", "/a#b", "/\x01", "/\xc3\xa9", "http:/a", "http:///a",
          "http://a b/", "http://u:p@h/", "ws://h/", "h:80", "**"})
        BOOST_TEST((!split_target(text) && split_target(text).error().code == errc::bad_request),
                   text);
    BOOST_TEST(split_target("*").value().path == "*");
}

BOOST_AUTO_TEST_CASE(query_is_decoded_in_order)
{
    BOOST_TEST(pairs("") == "");
    BOOST_TEST(pairs("a=1&b=2&a=3") == "[a|1][b|2][a|3]");
    BOOST_TEST(pairs("a&b=&=c&&d==e&") == "[a|][b|][|c][d|=e]");
    BOOST_TEST(pairs("meta.a%2Fb=x+y%2Bz%26") == "[meta.a/b|x y+z&]");
    BOOST_TEST(pairs("types=service.>,%3E") == "[types|service.>,>]");
    BOOST_TEST(pairs("n=caf%C3%A9") == "[n|caf\xc3\xa9]");
}

BOOST_AUTO_TEST_CASE(broken_query_names_the_parameter)
{
    BOOST_TEST(pairs("a=1&since=%zz") ==
               "error: query parameter 'since' is not percent-encoded UTF-8");
    for (std::string_view const query :
         {"k=%", "k=%4", "k=%ff", "k=%C3", "k=%ED%A0%80", "k=%C0%80"})
        BOOST_TEST(pairs(query) == "error: query parameter 'k' is not percent-encoded UTF-8");
    BOOST_TEST(pairs("%ff=1") == "error: query parameter '%ff' is not percent-encoded UTF-8");
}

BOOST_AUTO_TEST_CASE(path_loses_needless_escapes_only)
{
    BOOST_TEST(normalized("/v1/events") == "/v1/events");
    BOOST_TEST(normalized("/%76%31/%7ea%2Fb%00%25") == "/v1/~a%2Fb%00%25");
    BOOST_TEST(normalized("/a%") == "error");
    BOOST_TEST(normalized("/a%2") == "error");
    BOOST_TEST(normalized("/a%gg") == "error");
    std::string_view const plain = "/v1/events";
    std::string storage;
    BOOST_TEST(net::normalize_path(plain, storage)->data() == plain.data());
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
