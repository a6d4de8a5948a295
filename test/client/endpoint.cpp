#include <client/endpoint.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using thump::client_side::parse_endpoint;

void check(std::string_view url, std::string_view host, std::string_view port,
           std::string_view authority, std::string_view prefix)
{
    BOOST_TEST_CONTEXT(url)
    {
        auto const e = parse_endpoint(url);
        BOOST_TEST(e.host == host);
        BOOST_TEST(e.port == port);
        BOOST_TEST(e.authority == authority);
        BOOST_TEST(e.prefix == prefix);
    }
}

}   // namespace

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart)
{
    check("http://127.0.0.1:8080", "127.0.0.1", "8080", "127.0.0.1:8080", "");
    check("http://broker.example", "broker.example", "80", "broker.example", "");
    check("ws://[::1]:9/", "::1", "9", "[::1]:9", "");
    check("http://h/events/a/", "h", "80", "h", "/events/a");
    check("http://h/a%20b", "h", "80", "h", "/a%20b");
    check("localhost:8080", "localhost", "8080", "localhost:8080", "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_reached_is_refused_with_an_example)
{
    for (auto const* const url :
         {"", "http://", "https://h", "wss://h", "ftp://h", "http://user@h", "http://h?x=1",
          "http://h#f", "http://h:0", "http://h:99999", "http://h h", "http://h\r\nX: y"})
        BOOST_CHECK_EXCEPTION(
            (void)parse_endpoint(url), std::invalid_argument, [](std::invalid_argument const& e) {
                return std::string{e.what()}.find("http://127.0.0.1:8080") != std::string::npos;
            });
}

BOOST_AUTO_TEST_SUITE_END()
