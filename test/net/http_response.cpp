#include <net/http_response.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace thump::test {
namespace {

using namespace std::chrono_literals;

std::string written(net::http_response const& response, net::http_request const& request)
{
    std::string out;
    net::append_response(out, response, request, "DATE");
    return out;
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

net::http_request const open11{.version = 11, .keep_alive = true};
net::http_request const closing11{.version = 11, .keep_alive = false};
net::http_request const open10{.version = 10, .keep_alive = true};

}   // namespace

BOOST_AUTO_TEST_SUITE(http_response)

BOOST_AUTO_TEST_CASE(response_has_its_fields_and_body)
{
    BOOST_TEST(written({.content_type = "application/json", .body = "{}", .fields = {{"A", "b"}}},
                       open11) == "HTTP/1.1 200 OK\r\n"
                                  "Date: DATE\r\n"
                                  "Content-Type: application/json\r\n"
                                  "Content-Length: 2\r\n"
                                  "Cache-Control: no-store\r\n"
                                  "X-Content-Type-Options: nosniff\r\n"
                                  "A: b\r\n"
                                  "\r\n"
                                  "{}");
}

BOOST_AUTO_TEST_CASE(connection_is_told_where_it_is_not_the_default)
{
    BOOST_TEST(!has(written({}, open11), "Connection"));
    BOOST_TEST(has(written({}, closing11), "Connection: close\r\n"));
    BOOST_TEST(has(written({.close = true}, open11), "Connection: close\r\n"));
    BOOST_TEST(has(written({}, open10), "Connection: keep-alive\r\n"));
    BOOST_TEST(has(written({.close = true}, open10), "Connection: close\r\n"));
    std::string out;
    net::append_final_response(out, {.status = 400}, "DATE");
    BOOST_TEST(has(out, "HTTP/1.1 400 Bad Request\r\n"));
    BOOST_TEST(has(out, "Connection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(head_tells_the_length_and_sends_no_body)
{
    auto const out = written({.body = "12345", .head_only = true}, open11);
    BOOST_TEST(has(out, "Content-Length: 5\r\n"));
    BOOST_TEST(out.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(no_content_has_no_length)
{
    auto const out = written({.status = 204}, open11);
    BOOST_TEST(out.starts_with("HTTP/1.1 204 No Content\r\n"));
    BOOST_TEST(!has(out, "Content-Length"));
    BOOST_TEST(has(written({}, open11), "Content-Length: 0\r\n"));
}

BOOST_AUTO_TEST_CASE(date_is_imf_fixdate)
{
    BOOST_TEST(net::http_date(std::chrono::sys_seconds{784111777s}) ==
               "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(net::http_date(std::chrono::sys_seconds{0s}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(net::http_date(std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + 86399s) ==
               "Thu, 29 Feb 2024 23:59:59 GMT");
}

BOOST_AUTO_TEST_CASE(problem_has_the_status_of_its_error)
{
    auto const problem =
        net::make_problem({make_error_code(errc::body_too_large), "too long", {}, {}, {}});
    BOOST_TEST(problem.status == 413);
    BOOST_TEST(problem.content_type == "application/problem+json");
    BOOST_TEST(has(problem.body, "too long"));
    BOOST_TEST(net::http_status({make_error_code(errc::end_of_stream), {}, {}, {}, {}}) == 500);
    BOOST_TEST(
        net::http_status({boost::system::errc::make_error_code(boost::system::errc::io_error),
                          {},
                          {},
                          {},
                          {}}) == 500);
}

BOOST_AUTO_TEST_CASE(refusals_say_what_would_be_taken)
{
    BOOST_TEST(has(written(net::make_method_not_allowed("GET, HEAD"), open11),
                   "\r\nAllow: GET, HEAD\r\n"));
    BOOST_TEST(has(written(net::make_unsupported_media_type("a/b", "application/json"), open11),
                   "\r\nAccept-Post: application/json\r\n"));
    BOOST_TEST(
        has(net::make_unsupported_media_type("application/x-www-form-urlencoded", "a/b").body,
            "as curl sends with -d; --json, or"));
    BOOST_TEST(has(net::make_unsupported_media_type("x/" + std::string(10'000, 'y'), "a/b").body,
                   "'; the media types read here are a/b"));
    BOOST_TEST(net::make_unsupported_media_type(std::string(10'000, 'y'), "a/b").body.size() <
               1000u);
    auto const later =
        net::make_retry_later({make_error_code(errc::intake_full), {}, {}, {}, {}}, 2s);
    BOOST_TEST(later.status == 503);
    BOOST_TEST(has(written(later, open11), "\r\nRetry-After: 2\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
