#include <client/failure.hpp>

#include <wire/problem_json.hpp>

#include <support/print.hpp>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;
using namespace thump::client_side;

}   // namespace

BOOST_AUTO_TEST_SUITE(failure)

BOOST_AUTO_TEST_CASE(every_problem_of_the_table_comes_back_as_its_error)
{
    for (auto const& row : error_table()) {
        if (row.http_status == 0) continue;
        std::string body;
        wire::append_problem(body, {make_error_code(row.code), "because", "/type", {}, 3});
        auto const got = status_failure(static_cast<unsigned>(row.http_status), body);
        BOOST_TEST(got.code == make_error_code(row.code));
        BOOST_TEST(got.detail == "because");
        BOOST_TEST(got.pointer == "/type");
        BOOST_TEST(got.index.value() == 3u);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_problem_is_named_by_its_status)
{
    for (auto const* const body : {"", "<html>", "[]", "{}", R"({"type":"about:blank"})"}) {
        auto const got = status_failure(404, body);
        BOOST_TEST(got.code == make_error_code(boost::beast::http::error::bad_status));
        BOOST_TEST(got.detail == "the server answered 404 Not Found");
    }
    BOOST_TEST(is_passing(status_failure(502, "<html>")));
    BOOST_TEST(!is_passing(status_failure(401, "")));
}

BOOST_AUTO_TEST_CASE(a_close_is_named_by_its_code)
{
    BOOST_TEST(close_failure(1000, "").code == make_error_code(errc::end_of_stream));
    BOOST_TEST(close_failure(4008, "").code == make_error_code(errc::slow_consumer));
    BOOST_TEST(close_failure(4009, "").code == make_error_code(errc::pong_timeout));
    BOOST_TEST(close_failure(4010, "enough").code == make_error_code(errc::closed_by_operator));
    BOOST_TEST(close_failure(4010, "enough").detail == "enough");
    for (auto const code : {1001, 1012, 1013, 4009})
        BOOST_TEST(is_passing(close_failure(static_cast<std::uint16_t>(code), "")), code);
    for (auto const code : {1000, 1002, 1003, 1007, 1008, 1009, 4008, 4010})
        BOOST_TEST(!is_passing(close_failure(static_cast<std::uint16_t>(code), "")), code);
}

BOOST_AUTO_TEST_CASE(a_lost_connection_is_worth_another_attempt_and_a_bad_request_is_not)
{
    using boost::asio::error::connection_refused;
    BOOST_TEST(is_passing(connection_failure(connection_refused, "h:1")));
    BOOST_TEST(connection_failure(connection_refused, "h:1").detail.starts_with("h:1: "));
    BOOST_TEST(is_passing(connection_failure(boost::asio::error::eof, "h:1")));
    BOOST_TEST(!is_passing(connection_failure(boost::beast::websocket::error::bad_opcode, "h:1")));
    BOOST_TEST(!is_passing({make_error_code(errc::invalid_parameter), {}, {}, {}, {}}));
    BOOST_TEST(!is_passing(foreign_answer("h:1", "it is no object")));
}

BOOST_AUTO_TEST_SUITE_END()
