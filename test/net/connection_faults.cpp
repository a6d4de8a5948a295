// A peer that goes, or a socket that fails, at every possible moment.
#include <support/loopback.hpp>
#include <support/socket_faults.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

using namespace thump::test;
using namespace std::chrono_literals;

namespace {

thump::server_options quick()
{
    return {.close_timeout = 300ms, .drain_timeout = 300ms};
}

// After whatever happened: everything is given back, everyone else is served.
void check_clean(loopback& at)
{
    at.until([&] { return at.server->connection_count() == 0; });
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.balanced());
    BOOST_TEST(ledger.queued == 0u);
    BOOST_TEST(at.ask(get_request("/healthz")).status == 200);
}

enum class ending { fin, rst, half };

void leave(peer& p, ending how)
{
    if (how == ending::rst) return p.reset();
    if (how == ending::half) return p.half_close();
    p.close();
}

// Whole conversations, whose every prefix is tried.
std::vector<std::string> conversations()
{
    auto const upgrade = upgrade_request();
    return {
        get_request("/v1/stats") + get_request("/healthz"),
        post_request(R"([{"type":"a"},{"type":"b"}])"),
        "POST /v1/events HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
        "c\r\n{\"type\":\"a\"}\r\n0\r\n\r\n",
        get_request("/v1/events", "Accept: text/event-stream\r\n"),
        upgrade + client_frame(R"({"type":"a"})") + client_frame("ping", {.opcode = 0x9}) +
            client_frame(R"({"op":"subscribe","types":["b"]})") +
            client_frame(std::string(200, ' '), {.fin = false}) + client_close(1000),
    };
}

}   // namespace

BOOST_AUTO_TEST_SUITE(connection_faults)

BOOST_AUTO_TEST_CASE(peer_may_go_after_any_byte)
{
    loopback at{quick()};
    for (auto const& conversation : conversations()) {
        for (auto const how : {ending::fin, ending::rst, ending::half}) {
            std::vector<peer> half_closed;
            for (std::size_t sent = 0; sent <= conversation.size(); ++sent) {
                auto p = at.connect();
                p.send(std::string_view{conversation}.substr(0, sent));
                // In some rounds the server has seen the bytes before it sees the end.
                if (sent % 2 == 0) at.settle();
                leave(p, how);
                if (sent % 3 == 0) at.broker->publish({.type = "a"});
                if (how == ending::half) half_closed.push_back(std::move(p));
                at.run_one();
            }
            at.settle();
            for (auto& p : half_closed) {
                p.read_to_end();
                p.close();
            }
            check_clean(at);
        }
    }
}

BOOST_AUTO_TEST_CASE(peer_may_go_with_events_queued_for_it)
{
    for (auto const how : {ending::fin, ending::rst}) {
        loopback at{{.send_buffer_bytes = 4096}};
        ws_peer ws{at, "", {.receive = 4096}};
        sse_peer sse{at, "", 11, {.receive = 4096}};
        at.publish_many(100, 2000);
        at.settle();
        BOOST_TEST(at.broker->stats().ledger.queued > 0u);
        leave(ws, how);
        leave(sse, how);
        check_clean(at);
        BOOST_TEST(at.broker->stats().ledger.matched == 200u);
    }
}

BOOST_AUTO_TEST_CASE(peer_may_go_while_it_is_being_sent_to)
{
    loopback at;
    ws_peer first{at};
    ws_peer second{at};
    ws_peer third{at};
    // The fan-out finds the second one gone, and goes on to the third.
    second.reset();
    at.publish({.type = "a"});
    BOOST_TEST(first.next_json().at("seq") == 1);
    BOOST_TEST(third.next_json().at("seq") == 1);
    at.until([&] { return at.server->connection_count() == 2; });
    BOOST_TEST(at.broker->subscriber_count() == 2u);
    BOOST_TEST(at.broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(every_send_may_fail)
{
    // Counts the sends of a scene, then fails each in turn.
    auto const scene = [](loopback& at) {
        try {
            auto p = at.connect();
            p.send(get_request("/v1/stats") + get_request("/v1/types"));
            read_reply(p);
            sse_peer sse{at};
            ws_peer ws{at};
            ws.send_text(R"({"op":"publish","event":{"type":"a"},"ref":1})");
            ws.next();
            ws.next();
            sse.next();
            at.publish_many(3);
            ws.next();
            ws.send_ping();
            at.broker->stop();
            while (!ws.next().is_close()) {
            }
            ws.send_close(1001);
            ws.read_to_end();
            sse.ends_well();
        } catch (std::exception const&) {
            // The peers notice that they were cut off.
        }
    };
    std::size_t sends = 0;
    {
        loopback at{quick()};
        socket_faults const counting{[&](std::size_t offered) {
            ++sends;
            return static_cast<long>(offered);
        }};
        scene(at);
    }
    BOOST_TEST_REQUIRE(sends > 8u);
    for (int const fault : {EPIPE, ECONNRESET, ETIMEDOUT, ENOBUFS}) {
        for (std::size_t failing = 0; failing < sends; ++failing) {
            loopback at{quick()};
            {
                socket_faults const faults{[&, n = std::size_t{0}](std::size_t offered) mutable {
                    return n++ == failing ? -fault : static_cast<long>(offered);
                }};
                scene(at);
                BOOST_TEST(faults.count() == 1u);
            }
            check_clean(at);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_receive_may_fail)
{
    for (int const fault : {ECONNRESET, ETIMEDOUT, ENOBUFS}) {
        for (int failing = 0; failing < 6; ++failing) {
            loopback at{quick()};
            {
                socket_faults const faults{{}, [&, n = 0](std::size_t offered) mutable {
                                               return n++ == failing ? -fault
                                                                     : static_cast<long>(offered);
                                           }};
                try {
                    ws_peer p{at};
                    for (int i = 0; i < 6; ++i) {
                        p.send_ping();
                        p.next();
                    }
                } catch (std::exception const&) {
                    // It was cut off.
                }
            }
            check_clean(at);
        }
    }
}

BOOST_AUTO_TEST_CASE(send_that_fails_after_waiting_ends_the_connection)
{
    loopback at;
    ws_peer ws{at};
    sse_peer sse{at};
    int sends = 0;
    {
        // Taken in part, then blocked, then broken.
        socket_faults const faults{[&](std::size_t) {
            ++sends;
            return sends <= 2 ? 5L : sends <= 4 ? 0L : long{-ECONNRESET};
        }};
        at.publish({.type = "a"});
        at.until([&] { return at.server->connection_count() == 0; });
    }
    check_clean(at);
    BOOST_TEST(at.broker->stats().ledger.dropped == 2u);
}

BOOST_AUTO_TEST_CASE(reset_while_blocked_in_sending_ends_the_connection)
{
    loopback at{{.send_buffer_bytes = 4096}};
    auto p = at.connect({.receive = 4096, .send = 4096});
    while (p.try_send(get_request("/v1/types")) > 0)
        at.settle();
    p.reset();
    check_clean(at);
}

BOOST_AUTO_TEST_SUITE_END()
