// The deadlines of a WebSocket: pings, pongs and the close.
#include <support/loopback.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace thump::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

BOOST_AUTO_TEST_SUITE(ws_timeouts)

BOOST_AUTO_TEST_CASE(peer_that_never_answers_the_close_is_cut)
{
    loopback at{{.close_timeout = 300ms}};
    ws_peer p{at};
    at.broker->stop();
    BOOST_TEST(p.next().close_code() == 1001);
    auto const closed = steady_clock::now();
    at.until([&] {
        p.try_send(client_frame("", {.opcode = 0xa}));   // does not count as an answer
        at.run_one();
        return at.server->connection_count() == 0;
    });
    BOOST_TEST((steady_clock::now() - closed < 3s));
}

BOOST_AUTO_TEST_CASE(pings_come_at_their_interval_and_not_sooner_after_a_pong)
{
    loopback at{{.ping_interval = 900ms, .pong_timeout = 300ms}};
    ws_peer p{at};
    std::vector<steady_clock::time_point> pings;
    while (pings.size() < 3) {
        BOOST_TEST_REQUIRE(p.next().is_ping());
        pings.push_back(steady_clock::now());
        p.send_pong();
    }
    // The server looks at its clock every 250 ms.
    BOOST_TEST((pings[2] - pings[0] >= 800ms));
    BOOST_TEST((pings[2] - pings[0] < 4s));
}

BOOST_AUTO_TEST_CASE(missing_pong_closes_with_4009)
{
    loopback at{{.ping_interval = 200ms, .pong_timeout = 200ms, .close_timeout = 200ms}};
    ws_peer p{at};
    BOOST_TEST(p.next().is_ping());
    // Bytes alone are no pong.
    p.send_text(R"({"op":"ping"})");
    BOOST_TEST(p.next_json().at("op") == "pong");
    BOOST_TEST(p.next().close_code() == 4009);
    at.until([&] { return at.server->connection_count() == 0; });
}

BOOST_AUTO_TEST_CASE(publisher_that_does_not_take_its_replies_is_cut)
{
    loopback at{
        {.max_reply_backlog_bytes = 4096, .send_buffer_bytes = 4096, .send_timeout = 400ms}};
    ws_peer p{at.connect({.receive = 4096}), "?subscribe=false"};
    ws_peer subscriber{at.connect({.receive = 4096}), ""};   // which has a queue, and is spared
    auto const begun = steady_clock::now();
    auto const ping = client_frame(std::string(125, 'p'), {.opcode = 0x9});
    struct flood {
        peer& from;
        std::string left = {};
    };
    std::vector<flood> floods{{p}, {subscriber}};
    at.until([&] {
        for (auto& [from, left] : floods) {
            if (left.empty()) left = ping;
            left.erase(0, from.try_send(left));
        }
        at.run_one();
        return at.server->connection_count() == 1;
    });
    BOOST_TEST((steady_clock::now() - begun >= 400ms));
    BOOST_TEST(at.broker->subscriber_count() == 1u);
}

BOOST_AUTO_TEST_CASE(message_that_drips_in_closes_with_1008)
{
    loopback at{{.body_timeout = 400ms}};
    ws_peer p{at};
    std::string const whole = client_frame(R"({"op":"ping"})");
    for (int i = 0; i != 3; ++i) {   // each in its time, all together not
        p.send(whole.substr(0, 5));
        auto const pause = steady_clock::now() + 200ms;
        at.until([&] { return steady_clock::now() >= pause; });
        p.send(whole.substr(5) + whole.substr(0, 1));
        BOOST_TEST(p.next_json().at("op") == "pong");
        p.send(whole.substr(1));
        BOOST_TEST(p.next_json().at("op") == "pong");
    }
    // Nor do pings that were whole, each of which begins in one piece and ends in another.
    auto const ping = client_frame("", {.opcode = 0x9});
    p.send(ping.substr(0, 3));
    for (int i = 0; i != 4; ++i) {
        auto const pause = steady_clock::now() + 200ms;
        at.until([&] { return steady_clock::now() >= pause; });
        p.send(ping.substr(3) + ping.substr(0, 3));
        BOOST_TEST(p.next().is_pong());
    }
    p.send(ping.substr(3));
    BOOST_TEST(p.next().is_pong());

    p.send(client_frame("{", {.fin = false}));
    p.send_ping();   // does not count
    BOOST_TEST(p.next().is_pong());
    BOOST_TEST(p.next().close_code() == 1008);
}

BOOST_AUTO_TEST_CASE(reader_that_resumes_has_the_whole_time_to_answer_a_ping)
{
    // The ping, and behind it more events than the kernel takes: the peer has not seen it.
    loopback at{{.send_buffer_bytes = 4096, .ping_interval = 250ms, .pong_timeout = 2000ms}};
    ws_peer p{at, "?queue=10", {.receive = 4096}};
    at.until([&] { return p.receive(); });
    at.publish_many(200, 1000);
    auto const wait = [&](steady_clock::time_point from, std::chrono::milliseconds time) {
        at.until([&] { return steady_clock::now() - from > time; });
    };
    wait(steady_clock::now(), 3700ms);

    auto const resumed = steady_clock::now();
    at.publish({.type = "marker"});
    for (bool marked = false; !marked;) {
        auto const frame = p.next();
        BOOST_TEST_REQUIRE(!frame.is_close());
        marked = frame.payload.find("marker") != std::string::npos;
    }
    wait(resumed, 900ms);
    p.send_pong();
    p.send_text(R"({"op":"ping","ref":1})");
    BOOST_TEST(p.next_json().at("op") == "pong");
}

BOOST_AUTO_TEST_SUITE_END()
