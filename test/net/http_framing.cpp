#include "http_driver.hpp"

#include <net/http_parser.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace thump::test {
namespace {

using net::http_parser;
using status = http_parser::status;

std::string const host = "Host: h\r\n";
std::string const chunked = "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string get(std::string_view fields)
{
    return "GET / HTTP/1.1\r\n" + std::string{fields} + "\r\n";
}

std::string post(std::string_view fields, std::string_view body = "")
{
    return "POST /e HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

struct bad_case {
    errc expected;
    std::string stream;
};

// Each is followed by a request that must never be seen.
void check_refused(std::initializer_list<bad_case> cases, net::http_limits limits = {})
{
    for (auto const& [expected, stream] : cases) {
        BOOST_TEST_CONTEXT(stream.substr(0, 300))
        {
            auto const seen = parse(stream + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n", limits);
            BOOST_TEST(seen.requests.empty());
            BOOST_TEST((seen.state == status::failed));
            BOOST_TEST(describe(seen.failure.value_or(errc{})).name == describe(expected).name);
            BOOST_TEST(!seen.detail.empty());
        }
    }
}

seen_request only_request(std::string_view stream)
{
    auto const seen = parse(stream);
    BOOST_TEST_REQUIRE(seen.requests.size() == 1, seen.detail);
    BOOST_TEST(!seen.started);
    return seen.requests.front();
}

}   // namespace

BOOST_AUTO_TEST_SUITE(http_framing)

BOOST_AUTO_TEST_CASE(request_is_taken_apart)
{
    auto const r = only_request("POST /v1/events?receipt=full HTTP/1.1\r\nhOST: a.b:8080\r\n"
                                "X-Empty:\r\nX-Padded: \t two words\t \r\n"
                                "Content-Length: 2\r\n\r\n{}");
    BOOST_TEST(r.method == "POST");
    BOOST_TEST(r.target == "/v1/events?receipt=full");
    BOOST_TEST(r.authority == "a.b:8080");
    BOOST_TEST(r.body == "{}");
    BOOST_TEST(r.version == 11);
    BOOST_TEST(r.keep_alive);
    BOOST_TEST(r.fields.size() == 4u);
    BOOST_TEST(r.fields[1] == "X-Empty: ");
    BOOST_TEST(r.fields[2] == "X-Padded: two words");
}

BOOST_AUTO_TEST_CASE(pipelined_requests_come_one_by_one)
{
    auto const stream = post("Content-Length: 3\r\n", "abc") + get(host) + chunked +
                        "2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n" + get(host) + "GET /half";
    auto const seen = parse(stream);
    BOOST_TEST(seen.requests.size() == 4u);
    BOOST_TEST(seen.requests[0].body == "abc");
    BOOST_TEST(seen.requests[2].body == "xyz");
    BOOST_TEST(seen.requests[3].body == "");
    BOOST_TEST((seen.state == status::need_more));
    BOOST_TEST(seen.started);
}

BOOST_AUTO_TEST_CASE(persistence_follows_version_and_connection)
{
    BOOST_TEST(only_request(get(host)).keep_alive);
    BOOST_TEST(!only_request(get(host + "Connection: x, Close\r\n")).keep_alive);
    BOOST_TEST(!only_request("GET / HTTP/1.0\r\n\r\n").keep_alive);
    BOOST_TEST(only_request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
}

BOOST_AUTO_TEST_CASE(chunks_are_joined_and_trailers_dropped)
{
    auto const r = only_request(chunked + "00A;a;b=c; d=\"x \\\"y\\\"\"\r\n0123456789\r\n"
                                          "1\r\n\n\r\n000;last\r\nX-T: 1\r\nHost: evil\r\n\r\n");
    BOOST_TEST(r.body == "0123456789\n");
    BOOST_TEST(r.authority == "h");
    BOOST_TEST(r.fields.size() == 2u);
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_a_request_is_skipped)
{
    BOOST_TEST(only_request("\r\n" + get(host)).target == "/");
    BOOST_TEST(parse(get(host) + "\r\n" + get(host)).requests.size() == 2u);
    check_refused({{errc::bad_request, "\r\n\r\n" + get(host)}});
}

BOOST_AUTO_TEST_CASE(ambiguous_transfer_encoding_is_refused)
{
    auto const te = [](std::string const& value) {
        return post("Transfer-Encoding:" + value + "\r\n", "0\r\n\r\n");
    };
    check_refused({
        {errc::unsupported_transfer_coding, te("blegh")},
        {errc::unsupported_transfer_coding, te("")},
        {errc::unsupported_transfer_coding, te("identity")},
        {errc::unsupported_transfer_coding, te("chunked, deflate")},
        {errc::unsupported_transfer_coding, te("deflate, chunked")},
        {errc::unsupported_transfer_coding, te(",chunked")},
        {errc::unsupported_transfer_coding, te("chunked,")},
        {errc::unsupported_transfer_coding, te("chunked;q=1")},
        {errc::unsupported_transfer_coding, te("\"chunked\"")},
        {errc::unsupported_transfer_coding, te("\xa0"
                                               "chunked")},
        {errc::bad_request, te("chunked\r\nTransfer-Encoding: deflate")},
        {errc::unsupported_transfer_coding, te("deflate\r\nTransfer-Encoding: chunked")},
        {errc::bad_request, te("chunked\r\nTransfer-Encoding: chunked")},
        {errc::bad_request, te("chunked\r\n , deflate")},
        {errc::bad_request, te("chunked\r\nContent-Length: 5")},
        {errc::bad_request, te("blegh\r\nContent-Length: 5")},
        {errc::bad_request,
         post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        {errc::bad_request, post("Content-Length: 5\r\nTransfer-Encoding: blegh\r\n", "0\r\n\r\n")},
        {errc::bad_request, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {errc::bad_request, post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
    });
    BOOST_TEST(only_request(post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n")).body.empty());
}

BOOST_AUTO_TEST_CASE(content_length_is_one_decimal_number)
{
    for (std::string const value : {"", "+2", "-2", "0x2", "2_", "2 2", "2,2", "2, 3", ",2", "2,",
                                    "1e1", "2.0", "18446744073709551618", "\"2\"", "\xb2"}) {
        check_refused({{errc::bad_request, post("Content-Length: " + value + "\r\n", "ab")}});
    }
    check_refused({
        {errc::bad_request, post("Content-Length: 2\r\nContent-Length: 2\r\n", "ab")},
        {errc::bad_request, post("Content-Length: 2\r\nContent-Length: 3\r\n", "abc")},
    });
    BOOST_TEST(only_request(post("Content-Length: \t0002\t\r\n", "ab")).body == "ab");
}

BOOST_AUTO_TEST_CASE(malformed_chunks_are_refused)
{
    for (std::string const chunks : {"\r\n\r\n",
                                     "Z\r\nZZ\r\n",
                                     "0x1\r\nZ\r\n",
                                     "+1\r\nZ\r\n",
                                     "-1\r\nZ\r\n",
                                     " 1\r\nZ\r\n",
                                     "1 \r\nZ\r\n",
                                     "1these\r\nZ\r\n",
                                     "1\nZ\r\n",
                                     "2;a=b\r\rXX\r\n",
                                     "5\r\r;ABCD\r\n",
                                     "5\r\nABCDE0\r\n\r\n",
                                     "5\r\nABCDE\n0\r\n\r\n",
                                     "5\r\nABCDEF\r\n0\r\n\r\n",
                                     "f0000000000000003\r\nabc\r\n",
                                     "1;\r\nZ\r\n",
                                     "1;=b\r\nZ\r\n",
                                     "1;a=\r\nZ\r\n",
                                     "1;a=\"b\r\nZ\r\n\"\r\n",
                                     "0\r\n folded\r\n\r\n",
                                     "0\r\nno colon\r\n\r\n",
                                     "0\r\nContent-Length: 50\r\n\r\n",
                                     "0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        check_refused({{errc::bad_request, chunked + chunks + "0\r\n\r\n"}});
    }
}

BOOST_AUTO_TEST_CASE(malformed_fields_are_refused)
{
    for (std::string const fields :
         {"A b: x\r\n", "A : x\r\n", ": x\r\n", ":\r\n", "A\r\n", "A@: x\r\n", "A\x01: x\r\n",
          "\xff: x\r\n", "A\rB: x\r\n", "A: x\ry\r\n", "A: x\n", "A: x\nB: y\r\n", "A: x\r\n y\r\n",
          "A: x\r\n\ty\r\n", "A: \x7f\r\n", "A: \x1b\r\n", "A: x\r\n\rB: y\r\n",
          "Connection: @\r\n"}) {
        check_refused({{errc::bad_request, get(host + fields)}});
    }
    check_refused({
        {errc::bad_request, get(host + std::string{"A: x\0y\r\n", 8})},
        {errc::bad_request, get("\tA: x\r\n" + host)},
        {errc::bad_request, "GET / HTTP/1.1\nHost: h\n\n"},
    });
    BOOST_TEST(only_request(get(host + "A: caf\xc3\xa9\r\n")).fields[1] == "A: caf\xc3\xa9");
}

BOOST_AUTO_TEST_CASE(what_cannot_become_a_request_is_refused_at_once)
{
    for (std::string const stream : {"\x16", " ", "\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\n\t"})
        BOOST_TEST((parse(stream).failure == errc::bad_request), stream);
}

BOOST_AUTO_TEST_CASE(host_stands_exactly_once_and_is_valid)
{
    check_refused({
        {errc::bad_request, get("")},
        {errc::bad_request, get(host + host)},
        {errc::bad_request, "GET / HTTP/1.0\r\n" + host + host + "\r\n"},
        {errc::bad_request, get("Host: a b\r\n")},
        {errc::bad_request, get("Host: a/b\r\n")},
        {errc::bad_request, get("Host: user@a\r\n")},
        {errc::bad_request, get("Host: a:b\r\n")},
        {errc::bad_request, get("Host: a, b\r\n")},
        {errc::bad_request, get("Host: [::1\r\n")},
        {errc::bad_request, get("Host: caf\xc3\xa9\r\n")},
        {errc::bad_request, get("Host: \r\nHost: a\r\n")},
    });
    for (std::string const value : {"", "a", "a.b-c.d:8080", "127.0.0.1:80", "[::1]:8080", "a%20b",
                                    "127.0.0.1.example", "10.0.0.1.example:80", "1.2.3.4.5"})
        BOOST_TEST(only_request(get("Host: " + value + "\r\n")).authority == value);
    BOOST_TEST(only_request("GET / HTTP/1.0\r\n\r\n").authority == "");
}

BOOST_AUTO_TEST_CASE(malformed_request_lines_are_refused)
{
    for (std::string const line : {"GET",
                                   "GET /",
                                   "GET / ",
                                   "GET  / HTTP/1.1",
                                   "GET /  HTTP/1.1",
                                   "GET / HTTP/1.1 ",
                                   "GET / HTTP/1",
                                   "GET / HTTP/1.",
                                   "GET / HTTP/1.32",
                                   "GET / HTTP/11.1",
                                   "GET / http/1.1",
                                   "GET / ICE/1.0",
                                   "GET /\tHTTP/1.1",
                                   "G(T / HTTP/1.1",
                                   "GET !x HTTP/1.1",
                                   "GET x HTTP/1.1",
                                   "GET /a#b HTTP/1.1",
                                   "GET /\x7f HTTP/1.1",
                                   "GET /\xc3\xa9 HTTP/1.1",
                                   "GET * HTTP/1.1",
                                   "GET ftp://h/ HTTP/1.1",
                                   "GET http:// HTTP/1.1",
                                   "GET http://u@h/ HTTP/1.1",
                                   "CONNECT h:80 HTTP/1.1",
                                   "\x16\x03\x01"}) {
        check_refused({{errc::bad_request, line + "\r\n" + host + "\r\n"}});
    }
    for (std::string const version : {"HTTP/2.0", "HTTP/5.6", "HTTP/1.2", "HTTP/0.9"})
        check_refused({{errc::unsupported_version, "GET / " + version + "\r\n" + host + "\r\n"}});
}

BOOST_AUTO_TEST_CASE(every_form_of_target_is_taken)
{
    auto const of = [](std::string const& line) {
        return only_request(line + " HTTP/1.1\r\n" + host + "\r\n");
    };
    BOOST_TEST(of("GET /a?types=service.>&b={}").target == "/a?types=service.>&b={}");
    BOOST_TEST(of("OPTIONS *").target == "*");
    BOOST_TEST(of("GET HTTP://other:81/a").authority == "other:81");
    BOOST_TEST(of("GET /").authority == "h");
    BOOST_TEST(of("BREW /pot").method == "BREW");
}

BOOST_AUTO_TEST_CASE(head_is_bounded_wherever_it_grows)
{
    net::http_limits const small{.max_header_bytes = 100, .max_body_bytes = 10};
    auto const head = get(host);
    auto const exact = get(host + "X: " + std::string(100 - head.size() - 5, 'a') + "\r\n");
    BOOST_TEST(exact.size() == 100u);
    BOOST_TEST(parse(exact, small).requests.size() == 1u);
    check_refused(
        {
            {errc::header_too_large,
             get(host + "X: " + std::string(101 - head.size() - 5, 'a') + "\r\n")},
            {errc::header_too_large, "GET /" + std::string(200, 'a')},
            {errc::header_too_large, get(host + "A:" + std::string(200, ' ') + "\r\n")},
            {errc::header_too_large, get("A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
                                         "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
                                         "A: b\r\nA: b\r\n")},
        },
        small);
}

BOOST_AUTO_TEST_CASE(fields_and_target_are_bounded_in_number_and_length)
{
    std::string fields = host;
    for (int i = 1; i < 100; ++i)
        fields += "A: b\r\n";
    BOOST_TEST(only_request(get(fields)).fields.size() == 100u);
    check_refused({
        {errc::header_too_large, get(fields + "A: b\r\n")},
        {errc::header_too_large,
         "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\n" + host + "\r\n"},
    });
}

BOOST_AUTO_TEST_CASE(body_is_bounded_before_it_arrives)
{
    net::http_limits const small{.max_header_bytes = 1000, .max_body_bytes = 10};
    BOOST_TEST(parse(post("Content-Length: 10\r\n", "0123456789"), small).requests.size() == 1u);
    BOOST_TEST(parse(chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", small).requests.size() ==
               1u);
    check_refused(
        {
            {errc::body_too_large, post("Content-Length: 11\r\n")},
            {errc::body_too_large, post("Content-Length: 18446744073709551615\r\n")},
            {errc::body_too_large, chunked + "b\r\n"},
            {errc::body_too_large, chunked + "5\r\n01234\r\n6\r\n"},
            {errc::body_too_large, chunked + "5\r\n01234\r\nffffffffffffffff\r\n"},
        },
        small);
}

BOOST_AUTO_TEST_CASE(chunk_extensions_and_trailers_are_bounded)
{
    std::string many = chunked;
    for (int i = 0; i < 50; ++i)
        many += "1;a=" + std::string(100, 'x') + "\r\nZ\r\n";
    many += "0\r\n\r\n";
    std::string zeros = chunked;
    for (int i = 0; i < 50; ++i)
        zeros += std::string(200, '0') + "1\r\nZ\r\n";
    zeros += "0\r\n\r\n";
    std::string trailers = chunked + "0\r\n";
    for (int i = 0; i < 200; ++i)
        trailers += "A: " + std::string(50, 'x') + "\r\n";
    check_refused({
        {errc::bad_request, many},
        {errc::bad_request, zeros},
        {errc::header_too_large, chunked + "1;a=" + std::string(9000, 'x') + "\r\n"},
        {errc::header_too_large, trailers},
    });
}

BOOST_AUTO_TEST_CASE(expectation_is_told_until_the_body_begins)
{
    http_parser parser{{}};
    auto const head = post("Expect: 100-Continue\r\nContent-Length: 2\r\n");
    BOOST_TEST(parser.feed(head) == head.size());
    BOOST_TEST((parser.state() == status::expect_continue));
    BOOST_TEST(parser.head_complete());
    BOOST_TEST(parser.feed("a") == 1u);
    BOOST_TEST((parser.state() == status::need_more));
    BOOST_TEST(parser.feed("bGET") == 1u);
    BOOST_TEST((parser.state() == status::complete));

    http_parser together{{}};
    together.feed(head + "ab");
    BOOST_TEST((together.state() == status::complete));

    http_parser bodyless{{}};
    bodyless.feed(get(host + "Expect: 100-continue\r\n"));
    BOOST_TEST((bodyless.state() == status::complete));

    http_parser too_large{{.max_header_bytes = 1000, .max_body_bytes = 1}};
    too_large.feed(head);
    BOOST_TEST((too_large.state() == status::failed));

    http_parser old{{}};
    old.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    BOOST_TEST((old.state() == status::need_more));
}

BOOST_AUTO_TEST_CASE(end_of_input_fails_only_a_request_begun)
{
    auto const failed = [](std::string_view stream) {
        return parse(stream, {}, true).failure.has_value();
    };
    BOOST_TEST(!failed(""));
    BOOST_TEST(!failed(get(host)));
    BOOST_TEST(!failed(get(host) + "\r\n"));
    BOOST_TEST(failed("G"));
    BOOST_TEST(failed(get(host) + "GET /"));
    BOOST_TEST(failed(post("Content-Length: 2\r\n", "a")));
    BOOST_TEST(failed(chunked + "2\r\nab\r\n"));
    BOOST_TEST(failed(chunked + "2\r\nab\r\n0\r\n"));
}

BOOST_AUTO_TEST_CASE(progress_is_visible_to_timeouts)
{
    http_parser parser{{}};
    BOOST_TEST(!parser.started());
    parser.feed("POST /e HTTP/1.1\r\n");
    BOOST_TEST(parser.started());
    BOOST_TEST(!parser.head_complete());
    parser.feed("Host: h\r\nContent-Length: 1\r\n\r\n");
    BOOST_TEST(parser.head_complete());
    BOOST_TEST((parser.state() == status::need_more));
    parser.feed("x");
    BOOST_TEST((parser.state() == status::complete));
    parser.next();
    BOOST_TEST(!parser.started());
    BOOST_TEST(!parser.head_complete());
    BOOST_TEST(parser.request().body.empty());
    BOOST_TEST(parser.request().fields.empty());
}

BOOST_AUTO_TEST_CASE(failure_is_final)
{
    http_parser parser{{}};
    parser.feed("\x16");
    BOOST_TEST((parser.state() == status::failed));
    BOOST_TEST(parser.feed(get(host)) == 0u);
    parser.next();
    parser.end_of_input();
    BOOST_TEST((parser.state() == status::failed));
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
