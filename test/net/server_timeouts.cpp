// Deadlines, and that no drip of bytes moves them.
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace thump::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

// The server looks at its clock every 250 ms, and the machine may be busy.
constexpr auto slack = 4s;

// Sends `bytes` one at a time, again and again, until the server answers or ends the connection.
// @return how long that took.
auto drip(loopback& at, peer& p, std::string_view bytes)
{
    auto const begun = steady_clock::now();
    std::size_t sent = 0;
    at.until([&] {
        if (!p.receive() && !p.ended()) sent += p.try_send(bytes.substr(sent % bytes.size(), 1));
        return p.ended() || !p.unread().empty();
    });
    BOOST_TEST(sent > 3u);
    return steady_clock::now() - begun;
}

void check_timed_out(peer& p)
{
    auto const reply = read_reply(p);
    BOOST_TEST(reply.status == 408);
    BOOST_TEST(reply.field("Connection") == "close");
    BOOST_TEST(p.read_to_end().empty());
}

// Pipelined requests, each of whose answers is about 2 KB.
std::string requests(int count)
{
    std::string all;
    for (; count > 0; --count)
        all += get_request("/v1/types");
    return all;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(server_timeouts)

BOOST_AUTO_TEST_CASE(head_that_drips_in_is_answered_408)
{
    loopback at{{.max_header_bytes = 1 << 20, .header_timeout = 400ms}};
    auto p = at.connect();
    p.send("GET / HTTP/1.1\r\nX: ");
    auto const took = drip(at, p, "abc");
    BOOST_TEST((took >= 350ms && took < slack));
    check_timed_out(p);
    p.close();
    at.until([&] { return at.server->connection_count() == 0; });
}

BOOST_AUTO_TEST_CASE(later_head_that_drips_in_is_answered_408)
{
    loopback at{{.max_header_bytes = 1 << 20, .header_timeout = 400ms}};
    auto p = at.connect();
    p.send(get_request("/healthz") + "GET / HTTP/1.1\r\nX: ");
    BOOST_TEST(read_reply(p).status == 200);
    auto const took = drip(at, p, "abc");
    BOOST_TEST((took < slack));
    check_timed_out(p);
}

BOOST_AUTO_TEST_CASE(body_that_drips_in_is_answered_408)
{
    loopback at{{.body_timeout = 400ms}};
    for (std::string const framing :
         {"Content-Length: 1000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nfffff\r\n"}) {
        auto p = at.connect();
        p.send("POST /v1/events HTTP/1.1\r\nHost: t\r\n" + framing);
        auto const took = drip(at, p, "[ ]");
        BOOST_TEST((took >= 350ms && took < slack));
        check_timed_out(p);
    }
}

BOOST_AUTO_TEST_CASE(connection_that_says_nothing_is_closed)
{
    loopback at{{.header_timeout = 300ms, .idle_timeout = 300ms}};
    auto silent = at.connect();
    auto quiet = at.connect();
    quiet.send(get_request("/healthz"));
    BOOST_TEST(read_reply(quiet).status == 200);
    BOOST_TEST(silent.read_to_end().empty());
    BOOST_TEST(quiet.read_to_end().empty());
    BOOST_TEST(!silent.was_reset());
    BOOST_TEST(!quiet.was_reset());
}

BOOST_AUTO_TEST_CASE(requests_keep_a_connection_alive)
{
    loopback at{{.header_timeout = 600ms, .idle_timeout = 600ms}};
    auto p = at.connect();
    for (auto const until = steady_clock::now() + 1500ms; steady_clock::now() < until;) {
        p.send(get_request("/healthz"));
        BOOST_TEST_REQUIRE(read_reply(p).status == 200);
    }
}

// Some clients send an empty line behind a body.
BOOST_AUTO_TEST_CASE(empty_line_behind_a_request_begins_no_head)
{
    loopback at{{.header_timeout = 300ms, .idle_timeout = 1500ms}};
    auto p = at.connect();
    p.send(get_request("/healthz") + "\r");
    BOOST_TEST(read_reply(p).status == 200);
    p.send("\n");
    auto const begun = steady_clock::now();
    at.until([&] { return at.server->connection_count() == 0; });
    BOOST_TEST((steady_clock::now() - begun >= 1s));
}

BOOST_AUTO_TEST_CASE(peer_that_neither_finishes_nor_leaves_is_cut)
{
    loopback at{{.close_timeout = 300ms}};
    auto p = at.connect();
    p.send("nonsense\r\n\r\n");
    BOOST_TEST(read_reply(p).status == 400);
    BOOST_TEST(p.read_to_end().empty());
    auto const ended = steady_clock::now();
    // It goes on sending, and never closes its side.
    at.until([&] {
        p.try_send("more");
        return at.server->connection_count() == 0;
    });
    BOOST_TEST((steady_clock::now() - ended < 2s + slack));
}

BOOST_AUTO_TEST_CASE(event_stream_shows_signs_of_life)
{
    loopback at{{.heartbeat_interval = 200ms}};
    sse_peer chunked{at};
    sse_peer plain{at, "", 10};
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(chunked.next().comment);
        BOOST_TEST(plain.next().comment);
    }
}

BOOST_AUTO_TEST_CASE(event_stream_outlives_the_timeouts_of_requests)
{
    loopback at{{.header_timeout = 200ms, .body_timeout = 200ms, .idle_timeout = 200ms}};
    sse_peer p{at};
    auto const until = steady_clock::now() + 800ms;
    at.until([&] { return steady_clock::now() > until; });
    at.publish({.type = "a"});
    BOOST_TEST(p.next().event == "a");
}

BOOST_AUTO_TEST_CASE(peer_that_does_not_take_its_replies_is_cut)
{
    loopback at{{.send_buffer_bytes = 4096, .send_timeout = 400ms}};
    auto p = at.connect({.receive = 4096});
    p.send(requests(15));
    at.until([&] { return at.server->connection_count() == 1; });
    // It goes on asking, and takes a byte now and then.
    auto const begun = steady_clock::now();
    auto next = begun;
    std::size_t taken = 0;
    at.until([&] {
        if (steady_clock::now() < next) return at.server->connection_count() == 0;
        next = steady_clock::now() + 20ms;
        p.try_send(get_request("/healthz"));
        taken += p.receive(1) ? 1 : 0;
        return at.server->connection_count() == 0;
    });
    BOOST_TEST((steady_clock::now() - begun >= 400ms));
    BOOST_TEST(taken > 3u);
}

BOOST_AUTO_TEST_CASE(peer_that_does_not_take_its_last_reply_is_cut)
{
    loopback at{{.send_buffer_bytes = 4096, .send_timeout = 400ms}};
    auto p = at.connect({.receive = 4096});
    p.send(requests(15) + "nonsense\r\n\r\n");
    at.until([&] { return at.server->connection_count() == 1; });
    auto next = steady_clock::now();
    at.until([&] {
        if (steady_clock::now() < next) return at.server->connection_count() == 0;
        next = steady_clock::now() + 20ms;
        p.receive(1);
        return at.server->connection_count() == 0;
    });
    BOOST_TEST(p.unread().size() < 4000u);
}

BOOST_AUTO_TEST_CASE(time_that_a_reply_takes_is_no_idle_time)
{
    loopback at{{.send_buffer_bytes = 4096, .header_timeout = 300ms, .idle_timeout = 300ms}};
    auto p = at.connect({.receive = 4096});
    p.send(requests(15));
    auto const resume = steady_clock::now() + 1200ms;
    at.until([&] { return steady_clock::now() > resume; });
    for (int i = 0; i < 15; ++i)
        BOOST_TEST_REQUIRE(read_reply(p).status == 200);
    BOOST_TEST(p.read_to_end().empty());   // the idle timeout's end
    BOOST_TEST(!p.was_reset());
}

BOOST_AUTO_TEST_CASE(last_reply_may_be_taken_slowly)
{
    loopback at{{.send_buffer_bytes = 4096, .send_timeout = 300ms, .close_timeout = 300ms}};
    std::vector<thump::subscription> many;
    for (int i = 0; i < 300; ++i)
        many.push_back(at.broker->subscribe());
    auto p = at.connect({.receive = 4096});
    p.send(get_request("/v1/subscribers", "Connection: close\r\n"));
    auto const begun = steady_clock::now();
    auto next = begun;
    at.until([&] {   // a little at a time
        if (steady_clock::now() < next) return false;
        next = steady_clock::now() + 40ms;
        p.receive(3000);
        return p.ended() || steady_clock::now() - begun > 900ms;   // past both timeouts
    });
    BOOST_TEST((steady_clock::now() - begun > 600ms));
    at.until([&] {
        p.receive();
        return p.ended();
    });
    BOOST_TEST(!p.was_reset());
    auto const rows = read_reply(p).json();
    BOOST_TEST(rows.at("subscribers").as_array().size() == 300u);
}

BOOST_AUTO_TEST_CASE(stalled_readers_are_cut_at_the_drain_timeout)
{
    constexpr socket_buffers small{.receive = 4096};
    loopback at{{.send_buffer_bytes = 4096, .drain_timeout = 500ms}};
    ws_peer const ws{at, "?queue=1000", small};
    sse_peer sse{at, "?queue=1000", 11, small};
    auto const idle = at.connect();
    auto half_sent = at.connect();
    half_sent.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n{");
    at.publish_many(100, 2000);
    at.settle();
    bool drained = false;
    auto const begun = steady_clock::now();
    at.server->async_drain([&](boost::system::error_code) { drained = true; });
    at.until([&] { return drained; });
    BOOST_TEST((steady_clock::now() - begun >= 490ms));
    BOOST_TEST((steady_clock::now() - begun < slack));
    BOOST_TEST(at.server->connection_count() == 0u);
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.balanced());
    BOOST_TEST(ledger.dropped > 0u);
    BOOST_TEST(!sse.ends_well());
}

BOOST_AUTO_TEST_SUITE_END()
