// Server-sent events over the loopback.
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace thump::test;

BOOST_AUTO_TEST_SUITE(sse_session)

BOOST_AUTO_TEST_CASE(event_names_its_type_and_its_cursor)
{
    loopback at;
    for (int const version : {10, 11}) {
        sse_peer p{at, "?types=a.*", version};
        at.publish({.type = "b"});
        at.publish({.type = "a.b", .message = "one\ntwo\r\n\ndata: three"});
        auto const record = p.next();
        auto const event = record.json();
        BOOST_TEST(record.event == "a.b");
        BOOST_TEST(record.id ==
                   at.broker->epoch() + ':' + std::to_string(event.at("seq").to_number<int>()));
        BOOST_TEST(event.at("message") == "one\ntwo\r\n\ndata: three");
    }
}

BOOST_AUTO_TEST_CASE(head_alone_is_answered_and_the_connection_serves_on)
{
    loopback at;
    auto p = at.connect();
    p.send("HEAD /v1/events HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\r\n" +
           get_request("/healthz"));
    auto const head = read_head(p);
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.field("Content-Type") == "text/event-stream");
    BOOST_TEST(read_reply(p).status == 200);
    BOOST_TEST(at.broker->subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(what_the_reader_sends_is_ignored)
{
    loopback at;
    sse_peer p{at};
    p.send(get_request("/healthz") + std::string(100'000, '\0'));
    at.publish({.type = "a"});
    BOOST_TEST(p.next().event == "a");
    BOOST_TEST(at.server->connection_count() == 1u);
}

BOOST_AUTO_TEST_CASE(reader_that_finishes_is_done)
{
    loopback at;
    sse_peer p{at};
    p.half_close();
    at.until([&] { return at.server->connection_count() == 0; });
    BOOST_TEST(at.broker->subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(stream_that_is_no_subscription_makes_no_sense)
{
    loopback at;
    auto const reply =
        at.ask(get_request("/v1/events?subscribe=false", "Accept: text/event-stream\r\n"));
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(reply.body.find("'subscribe'") != std::string::npos);
    BOOST_TEST(at.broker->subscriber_count() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
