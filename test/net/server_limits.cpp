// What a server refuses, and that it stays well.
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace thump::test;

BOOST_AUTO_TEST_SUITE(server_limits)

BOOST_AUTO_TEST_CASE(connection_too_many_is_answered_503_and_closed)
{
    loopback at{{.max_connections = 2}};
    ws_peer first{at};
    auto second = at.connect();
    at.until([&] { return at.server->connection_count() == 2; });
    auto third = at.connect();
    auto const reply = read_reply(third);
    BOOST_TEST(reply.status == 503);
    BOOST_TEST(!reply.field("Retry-After").empty());
    BOOST_TEST(reply.field("Content-Type") == "application/problem+json");
    BOOST_TEST(third.read_to_end().empty());

    second.close();
    at.until([&] { return at.server->connection_count() == 1; });
    BOOST_TEST(at.ask(get_request("/healthz")).status == 200);
    at.publish({.type = "a"});
    BOOST_TEST(first.next_json().at("type") == "a");
}

BOOST_AUTO_TEST_CASE(subscriber_too_many_is_answered_503_and_may_try_again)
{
    loopback at{{}, {.max_subscribers = 2}};
    ws_peer first{at};
    sse_peer second{at};
    auto p = at.connect();
    p.send(get_request("/v1/events", "Accept: text/event-stream\r\n"));
    BOOST_TEST(read_reply(p).status == 503);
    p.send(upgrade_request());
    BOOST_TEST(read_reply(p).status == 503);
    second.close();
    at.until([&] { return at.broker->subscriber_count() == 1; });
    ws_peer const third{std::move(p), ""};
    BOOST_TEST(at.broker->subscriber_count() == 2u);
}

BOOST_AUTO_TEST_CASE(queue_above_the_limit_is_refused_by_name)
{
    loopback at{{.max_queue = 100}};
    for (std::string const query : {"?queue=101", "?queue=0", "?queue=-1", "?queue=1e3"}) {
        auto const reply = at.ask(upgrade_request(query));
        BOOST_TEST(reply.status == 400);
        BOOST_TEST(reply.body.find("queue") != std::string::npos);
    }
    ws_peer p{at, "?queue=100"};
    p.send_text(R"({"op":"subscribe","queue":101,"ref":1})");
    auto const answer = p.next_json();
    BOOST_TEST(answer.at("op") == "error");
    BOOST_TEST(answer.at("status") == 400);
    // The old subscription still stands.
    at.publish({.type = "a"});
    BOOST_TEST(p.next_json().at("type") == "a");
    BOOST_TEST(at.broker->subscriber_count() == 1u);
}

BOOST_AUTO_TEST_CASE(message_above_the_limit_closes_with_1009)
{
    loopback at{{.max_message_bytes = 1000}};
    std::string const most(1000, ' ');
    for (auto const& bytes : {client_frame(most + ' '), client_frame(most, {.fin = false}) +
                                                            client_frame(" ", {.opcode = 0x0})}) {
        ws_peer p{at};
        p.send_text(most);
        BOOST_TEST(p.next_json().at("op") == "error");
        p.send(bytes);
        BOOST_TEST(p.next().close_code() == 1009);
    }
}

BOOST_AUTO_TEST_CASE(body_above_the_limit_is_answered_413)
{
    loopback at{{.max_body_bytes = 1000}};
    BOOST_TEST(at.ask(post_request(R"({"type":"a"})" + std::string(988, ' '))).status == 202);
    BOOST_TEST(at.ask(post_request(R"({"type":"a"})" + std::string(989, ' '))).status == 413);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused_at_once)
{
    boost::asio::io_context context;
    thump::broker b{context.get_executor()};
    auto const refuses = [&](thump::server_options options) {
        BOOST_CHECK_THROW((thump::server{b, any_port(std::move(options))}), std::invalid_argument);
    };
    refuses({.max_connections = 0});
    refuses({.max_header_bytes = 0});
    refuses({.ping_interval = std::chrono::milliseconds{0}});
    refuses({.max_queue = 0});
    thump::server const good{b, any_port()};
    BOOST_CHECK_THROW((thump::server{b, {.listen = good.address()}}), boost::system::system_error);
    BOOST_CHECK_THROW((thump::server{b, {.listen = "nonsense"}}), boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
