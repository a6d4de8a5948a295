// WebSocket over the loopback: closing, and what a peer may do at a bad moment.
#include <support/loopback.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace thump::test;

BOOST_AUTO_TEST_SUITE(ws_session)

BOOST_AUTO_TEST_CASE(event_and_answer_reach_the_one_who_published)
{
    loopback at;
    ws_peer p{at};
    p.send_text(R"({"op":"publish","event":{"type":"a.b"},"ref":7})");
    auto const answer = p.next_json();
    BOOST_TEST(answer.at("op") == "published");
    BOOST_TEST(answer.at("ref") == 7);
    auto const event = p.next_json();
    BOOST_TEST(event.at("type") == "a.b");
    BOOST_TEST(event.at("seq") == answer.at("seq"));
}

BOOST_AUTO_TEST_CASE(close_of_the_peer_is_echoed)
{
    loopback at;
    ws_peer p{at};
    p.send_close(4321);
    auto const echo = p.next();
    BOOST_TEST(echo.is_close());
    BOOST_TEST(echo.close_code() == 4321);
    BOOST_TEST(p.read_to_end().empty());
    p.close();
    at.until([&] { return at.server->connection_count() == 0; });
    BOOST_TEST(at.broker->subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(events_queued_at_the_close_are_not_sent_after_it)
{
    loopback at;
    ws_peer p{at};
    p.send(client_frame(R"({"type":"late"})") + client_close(1000));
    auto frame = p.next();
    if (frame.is_text()) frame = p.next();
    BOOST_TEST(frame.is_close());
    BOOST_TEST(p.read_to_end().empty());
    BOOST_TEST(at.broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(breach_of_the_protocol_closes_with_its_code)
{
    struct {
        std::string bytes;
        int code;
    } const cases[] = {
        {client_frame("{}", {.masked = false}), 1002},
        {client_frame("", {.opcode = 0x3}), 1002},
        {client_frame("\xff"), 1007},
        {client_frame("x", {.opcode = 0x2}), 1003},
        {client_frame("", {.announce = std::uint64_t{2} << 20}), 1009},
    };
    for (auto const& [bytes, code] : cases) {
        loopback at;
        ws_peer p{at};
        p.send(bytes);
        auto const frame = p.next();
        BOOST_TEST(frame.is_close());
        BOOST_TEST(frame.close_code() == code);
        BOOST_TEST(p.read_to_end().empty());
        p.close();
        at.until([&] { return at.server->connection_count() == 0; });
    }
}

BOOST_AUTO_TEST_CASE(messages_after_the_close_of_the_server_are_not_heard)
{
    loopback at;
    ws_peer p{at};
    at.broker->stop();
    BOOST_TEST(p.next().close_code() == 1001);
    p.send_text(R"({"type":"a","message":"too late"})");
    p.send_ping("too late");
    p.send_close(1001);
    BOOST_TEST(p.read_to_end().empty());
    BOOST_TEST(at.broker->stats().refused == 0u);
}

BOOST_AUTO_TEST_CASE(new_subscription_takes_over_where_the_old_one_ends)
{
    // One burst: the first event is for the old subscription, the second for the new one.
    loopback at;
    ws_peer p{at, "?types=a"};
    p.send(client_frame(R"({"type":"a"})") +
           client_frame(R"({"op":"subscribe","types":["a","b"],"ref":1})") +
           client_frame(R"({"type":"b"})") + client_frame(R"({"op":"ping","ref":"end"})"));
    std::vector<std::string> seen;
    while (seen.size() < 4) {
        auto const record = p.next_json();
        seen.emplace_back(record.if_contains("op") ? record.at("op").as_string()
                                                   : record.at("type").as_string());
    }
    std::ranges::sort(seen);
    BOOST_TEST(seen == (std::vector<std::string>{"a", "b", "pong", "subscribed"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(subscription_can_be_replaced_when_no_more_are_allowed)
{
    loopback at{{}, {.max_subscribers = 1}};
    ws_peer p{at, "?types=a"};
    p.send_text(R"({"op":"subscribe","types":"b","ref":1})");
    BOOST_TEST(p.next_json().at("op") == "subscribed");
    BOOST_TEST(at.broker->subscriber_count() == 1u);
    at.publish({.type = "b"});
    BOOST_TEST(p.next_json().at("type") == "b");
    BOOST_TEST(at.ask(get_request("/v1/events", "Accept: text/event-stream\r\n")).status == 503);
}

BOOST_AUTO_TEST_CASE(publisher_without_a_subscription_gets_no_events_and_may_subscribe)
{
    loopback at;
    ws_peer p{at, "?subscribe=false"};
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    p.send_text(R"({"op":"publish","event":{"type":"a"},"ref":1})");
    BOOST_TEST(p.next_json().at("op") == "published");
    p.send_text(R"({"op":"subscribe","types":["a"],"ref":2})");
    BOOST_TEST(p.next_json().at("op") == "subscribed");
    BOOST_TEST(at.broker->subscriber_count() == 1u);
    p.send_text(R"({"type":"a"})");
    BOOST_TEST(p.next_json().at("seq") == 2);
}

BOOST_AUTO_TEST_CASE(subscriber_may_become_a_publisher_only)
{
    loopback at;
    ws_peer p{at};
    p.send_text(R"({"op":"subscribe","subscribe":false,"ref":1})");
    auto const answer = p.next_json();
    BOOST_TEST(answer.at("op") == "subscribed");
    BOOST_TEST(answer.at("subscriber") == 0);
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    p.send_text(R"({"op":"publish","event":{"type":"a"},"ref":2})");
    BOOST_TEST(p.next_json().at("op") == "published");
    p.send_text(R"({"op":"ping","ref":3})");
    BOOST_TEST(p.next_json().at("op") == "pong");   // and no event before it
}

BOOST_AUTO_TEST_SUITE_END()
