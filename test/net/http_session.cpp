// HTTP over the loopback: one request after another, and what follows the last.
#include <support/loopback.hpp>
#include <support/ws_peer.hpp>

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace thump::test;

BOOST_AUTO_TEST_SUITE(http_session)

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_their_order)
{
    loopback at;
    auto p = at.connect();
    std::string requests;
    for (int i = 0; i < 200; ++i)
        requests += i % 2 == 0 ? get_request("/healthz") : get_request("/nowhere");
    p.send(requests);
    for (int i = 0; i < 200; ++i)
        BOOST_TEST_REQUIRE(read_reply(p).status == (i % 2 == 0 ? 200 : 404));
}

BOOST_AUTO_TEST_CASE(pipelined_publishes_keep_their_order)
{
    loopback at;
    ws_peer reader{at, "?queue=1000"};
    auto p = at.connect();
    std::string requests;
    for (int i = 0; i < 300; ++i)
        requests += post_request(R"({"type":"a","message":")" + std::to_string(i) + "\"}");
    p.send(requests);
    for (int i = 0; i < 300; ++i) {
        auto const reply = read_reply(p);
        BOOST_TEST_REQUIRE(reply.status == 202);
        BOOST_TEST_REQUIRE(reply.json().at("events").as_array().at(0).at("seq") == i + 1);
    }
    for (int i = 0; i < 300; ++i)
        BOOST_TEST_REQUIRE(reader.next_json().at("message").as_string() == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(websocket_may_follow_other_requests_and_begin_in_the_same_segment)
{
    loopback at;
    auto p = at.connect();
    p.send(get_request("/healthz") + upgrade_request("?types=b") +
           client_frame(R"({"op":"ping","ref":1})") + client_frame(R"({"type":"b"})"));
    BOOST_TEST(read_reply(p).status == 200);
    BOOST_TEST(read_head(p).status == 101);
    std::vector<boost::json::object> records;
    while (records.size() < 3) {
        if (auto const frame = take_frame(p.unread()))
            records.push_back(frame->json());
        else
            BOOST_TEST_REQUIRE(p.receive_more());
    }
    BOOST_TEST(records[0].at("op") == "welcome");
    BOOST_TEST(records[1].at("op") == "pong");
    BOOST_TEST(records[2].at("type") == "b");
}

BOOST_AUTO_TEST_CASE(peer_that_expects_100_continue_gets_it_once)
{
    loopback at;
    auto p = at.connect();
    p.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
           "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(read_head(p).status == 100);
    p.send(R"({"type":"a"})");
    BOOST_TEST(read_reply(p).status == 202);
    p.send(get_request("/healthz"));
    BOOST_TEST(read_reply(p).status == 200);
}

BOOST_AUTO_TEST_CASE(nothing_is_heard_after_a_request_that_closes)
{
    loopback at;
    auto p = at.connect();
    p.send(get_request("/healthz", "Connection: close\r\n") + post_request(R"({"type":"a"})"));
    BOOST_TEST(read_reply(p).status == 200);
    BOOST_TEST(p.read_to_end().empty());
    BOOST_TEST(at.broker->stats().published == 0u);
}

BOOST_AUTO_TEST_CASE(failed_request_is_answered_behind_the_good_ones_before_it)
{
    loopback at;
    auto p = at.connect();
    p.send(get_request("/healthz") + "BAD\r\n\r\n" + get_request("/healthz"));
    BOOST_TEST(read_reply(p).status == 200);
    BOOST_TEST(read_reply(p).status == 400);
    BOOST_TEST(p.read_to_end().empty());
}

BOOST_AUTO_TEST_SUITE_END()
