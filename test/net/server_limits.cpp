// What a server refuses, and that it stays well.
#include <support/collector.hpp>
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <boost/json/array.hpp>
#include <boost/system/system_error.hpp>

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

BOOST_AUTO_TEST_CASE(subscription_inside_the_process_is_closed_once_and_makes_room_once_read)
{
    loopback at{{}, {.max_subscribers = 1}};
    auto s = at.broker->subscribe();
    at.publish({.type = "a"});
    auto const target =
        "DELETE /v1/subscribers/" + std::to_string(s.id()) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    BOOST_TEST(at.ask(target).status == 204);
    BOOST_TEST(at.ask(target).status == 404);
    BOOST_TEST(at.ask(get_request("/v1/subscribers")).json().at("subscribers").as_array().size() ==
               1u);   // there is something to be read yet
    BOOST_TEST(take_all(s) == "1 closed_by_operator");
    BOOST_TEST(at.ask(get_request("/v1/subscribers")).json().at("subscribers").as_array().empty());
    thump::error why;
    BOOST_TEST(static_cast<bool>(at.broker->subscribe({}, why)), why.detail);
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
    refuses({.sse_retry = std::chrono::milliseconds{-1}});
    refuses({.drain_timeout = std::chrono::milliseconds{-1}});
    refuses({.max_queue = 0});
    refuses({.allowed_origins = {"https://a.example", "not an origin"}});
    refuses({.subscriber_defaults = {.queue = 0}});
    refuses({.subscriber_defaults = {.queue = 51}, .max_queue = 50});
    refuses({.subscriber_defaults = {.queue_bytes = 0}});
    refuses({.subscriber_defaults = {.key = ""}});
    thump::server const good{b, any_port()};
    BOOST_CHECK_THROW((thump::server{b, {.listen = good.address()}}), boost::system::system_error);
    BOOST_CHECK_THROW((thump::server{b, {.listen = "nonsense"}}), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(parameter_of_a_resource_that_has_none_is_refused_by_name)
{
    loopback at;
    for (std::string const target : {"/v1/stats", "/v1/types", "/v1/subscribers"}) {
        auto const reply = at.ask(get_request(target + "?colour=red"));
        BOOST_TEST(reply.status == 400, target);
        BOOST_TEST(reply.body.find("'colour'") != std::string::npos, target);
        BOOST_TEST(at.ask(get_request(target)).status == 200, target);
    }
}

BOOST_AUTO_TEST_CASE(compressed_body_is_refused)
{
    loopback at;
    auto const reply = at.ask("POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Encoding: gzip\r\n"
                              "Content-Length: 3\r\n\r\nabc");
    BOOST_TEST(reply.status == 415);
    BOOST_TEST(reply.field("Accept-Encoding") == "identity");
}

BOOST_AUTO_TEST_CASE(address_in_use_is_told_in_one_sentence)
{
    loopback at;
    thump::server_options taken;
    taken.listen = at.server->address();
    BOOST_CHECK_EXCEPTION(
        (thump::server{*at.broker, taken}), boost::system::system_error, [&](auto const& e) {
            std::string const what = e.what();
            return what.find("cannot listen on " + taken.listen) != std::string::npos &&
                   what.find('/') == std::string::npos;
        });
}

BOOST_AUTO_TEST_CASE(page_of_history_is_bounded_in_bytes)
{
    loopback at;
    at.publish_many(100, 60'000);
    at.settle();
    std::uint64_t seen = 0;
    int pages = 0;
    for (bool more = true; more; ++pages) {
        auto const page =
            at.ask(get_request("/v1/events?limit=1000&since=" + std::to_string(seen)));
        BOOST_TEST(page.body.size() < (std::size_t{4} << 20) + 70'000);
        auto const json = page.json();
        for (auto const& e : json.at("events").as_array())
            BOOST_TEST_REQUIRE(e.at("seq").to_number<std::uint64_t>() == ++seen);
        more = json.at("more").as_bool();
    }
    BOOST_TEST(seen == 100u);
    BOOST_TEST(pages == 2);
}

// ---------------------------------------------------------------- whom a browser is led here for

BOOST_AUTO_TEST_CASE(name_that_anybody_may_own_is_not_this_server_s)
{
    loopback at;
    auto const ask = [&](std::string_view method, std::string_view target, std::string_view host,
                         std::string_view fields = {}) {
        return at.ask(std::string{method}.append(" ").append(target).append(" HTTP/1.1\r\nHost: ") +
                      std::string{host} + "\r\n" + std::string{fields} + "\r\n");
    };
    for (std::string const host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example"}) {
        BOOST_TEST(ask("GET", "/v1/events", host).status == 403, host);
        BOOST_TEST(ask("GET", "/v1/events", host, "Accept: text/event-stream\r\n").status == 403);
        BOOST_TEST(ask("GET", "/v1/stats", host).status == 403);
        BOOST_TEST(ask("GET", "/", host).status == 403);
        BOOST_TEST(ask("POST", "/v1/events", host, "Content-Length: 0\r\n").status == 403);
        BOOST_TEST(ask("DELETE", "/v1/subscribers/1", host).status == 403);
        // Who looks whether it is well gets its answer.
        BOOST_TEST(ask("GET", "/healthz", host).status == 200);
        BOOST_TEST(ask("GET", "/readyz", host).status == 200);
    }
    for (std::string const host :
         {"localhost", "127.0.0.1:8080", "[::1]:1", "thump", "a.localhost"})
        BOOST_TEST(ask("GET", "/v1/stats", host).status == 200, host);
}

BOOST_AUTO_TEST_CASE(names_of_the_allowed_origins_are_this_server_s)
{
    loopback at{{.allowed_origins = {"https://events.example"}}};
    auto const stats = [&](std::string const& host) {
        return at.ask("GET /v1/stats HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
    };
    BOOST_TEST(stats("events.example") == 200);
    BOOST_TEST(stats("other.example") == 403);
}

BOOST_AUTO_TEST_CASE(server_for_other_machines_answers_to_any_name_but_trusts_no_page_for_it)
{
    loopback at;
    thump::server_options everywhere;
    everywhere.listen = "0.0.0.0:0";
    thump::server open{*at.broker, everywhere};
    auto const ask = [&](std::string const& fields) {
        peer p{open.port(), [&] { at.run_one(); }};
        p.send("POST /v1/events HTTP/1.1\r\nContent-Length: 12\r\n" + fields +
               "\r\n{\"type\":\"a\"}");
        return read_reply(p).status;
    };
    BOOST_TEST(ask("Host: thump.example\r\n") == 202);
    BOOST_TEST(ask("Host: thump.example\r\nOrigin: http://thump.example\r\n") == 403);
    BOOST_TEST(ask("Host: 10.0.0.1\r\nOrigin: http://10.0.0.1\r\n") == 202);
}

BOOST_AUTO_TEST_SUITE_END()
