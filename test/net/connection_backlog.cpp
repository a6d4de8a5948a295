// What a peer can make the server hold on its behalf.
#include <support/loopback.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace thump::test;

namespace {

// Sends `block` again and again, reading nothing, until the server takes no more.
// @return bytes that it took.
std::size_t flood(loopback& at, peer& p, std::string const& block)
{
    std::size_t sent = 0;
    int vain = 0;
    while (vain < 5) {
        auto const at_block = sent % block.size();
        auto const taken = p.try_send(std::string_view{block}.substr(at_block));
        sent += taken;
        vain = taken == 0 ? vain + 1 : 0;
        at.settle();
        BOOST_TEST_REQUIRE(sent < (std::size_t{64} << 20));
    }
    return sent;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(connection_backlog)

BOOST_AUTO_TEST_CASE(pipelined_requests_wait_while_their_answers_are_not_read)
{
    loopback at{{.max_reply_backlog_bytes = 10'000, .send_buffer_bytes = 4096}};
    auto p = at.connect({.receive = 4096, .send = 4096});
    auto const request = get_request("/v1/types");
    auto const sent = flood(at, p, request);
    // In the kernel's buffers of both sides, and one read of the server.
    BOOST_TEST(sent < (std::size_t{6} << 20));

    // Every request that arrived whole is answered, in order, once somebody reads.
    for (auto left = sent / request.size(); left > 0; --left)
        BOOST_TEST_REQUIRE(read_reply(p).status == 200);
    p.half_close();
    BOOST_TEST((sent % request.size() == 0) == p.read_to_end().empty());
}

BOOST_AUTO_TEST_CASE(answers_that_are_not_read_are_bounded)
{
    loopback at{{.max_reply_backlog_bytes = 10'000, .send_buffer_bytes = 4096}};
    auto p = at.connect({.receive = 4096, .send = 4096});
    auto const request = post_request(R"({"type":"a"})");
    p.send(request);
    auto const first = read_reply(p);
    auto const size = first.head.size() + first.body.size();
    auto const published_before = at.broker->stats().published;
    flood(at, p, request);
    auto const answers = at.broker->stats().published - published_before;
    // The bound, one answer above it, and what the kernel makes of two buffers of 4 KiB.
    BOOST_TEST(answers * size >= 10'000u);
    BOOST_TEST(answers * size < 10'000u + size + 40'000u);
}

BOOST_AUTO_TEST_CASE(pings_wait_while_their_pongs_are_not_read)
{
    loopback at{{.max_reply_backlog_bytes = 10'000, .send_buffer_bytes = 4096}};
    ws_peer p{at, "?subscribe=false", {.receive = 4096, .send = 4096}};
    std::string const payload(125, 'p');
    auto const ping = client_frame(payload, {.opcode = 0x9});
    auto const sent = flood(at, p, ping);
    for (auto left = sent / ping.size(); left > 0; --left) {
        auto const pong = p.next();
        BOOST_TEST_REQUIRE(pong.is_pong());
        BOOST_TEST_REQUIRE((pong.payload == payload));
    }
}

BOOST_AUTO_TEST_CASE(flood_of_answers_leaves_other_connections_alone)
{
    loopback at{{.max_reply_backlog_bytes = 10'000, .send_buffer_bytes = 4096}};
    ws_peer flooder{at, "?subscribe=false", {.receive = 4096, .send = 4096}};
    ws_peer reader{at};
    flood(at, flooder, client_frame(R"({"op":"publish","event":{"type":"a"},"ref":1})"));
    auto const published = at.broker->stats().published;
    BOOST_TEST_REQUIRE(published > 100u);
    for (std::uint64_t seq = 1; seq <= 50; ++seq)
        BOOST_TEST_REQUIRE(reader.next_json().at("seq").to_number<std::uint64_t>() == seq);
    BOOST_TEST(at.ask(get_request("/healthz")).status == 200);
}

BOOST_AUTO_TEST_CASE(half_closed_peer_still_gets_all_its_answers)
{
    loopback at{{.max_reply_backlog_bytes = 2'000, .send_buffer_bytes = 4096}};
    auto p = at.connect({.receive = 4096});
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += get_request("/v1/types");
    p.send(requests);
    p.half_close();
    for (int i = 0; i < 50; ++i)
        BOOST_TEST_REQUIRE(read_reply(p).status == 200);
    BOOST_TEST(p.read_to_end().empty());
    at.until([&] { return at.server->connection_count() == 0; });
}

// A connection on which small requests follow one another is read by blocks of this size.
BOOST_AUTO_TEST_CASE(half_closed_peer_gets_all_its_answers_to_a_full_block_of_requests)
{
    constexpr std::size_t block = 4096;
    loopback at{{.max_reply_backlog_bytes = 2'000, .send_buffer_bytes = 4096}};
    auto p = at.connect({.receive = 4096});
    auto const request = get_request("/v1/types");
    for (int i = 0; i < 3; ++i) {
        p.send(request);
        BOOST_TEST_REQUIRE(read_reply(p).status == 200);
    }
    std::string requests;
    int count = 1;
    for (; requests.size() + 3 * request.size() < block; ++count)
        requests += request;
    auto padded = request;
    std::string const field = "X-Pad: \r\n";
    padded.insert(padded.size() - 2, field);
    padded.insert(padded.size() - 4, block - requests.size() - padded.size(), 'x');
    requests += padded;
    BOOST_TEST_REQUIRE(requests.size() == block);
    p.send(requests);
    p.half_close();
    for (int i = 0; i < count; ++i)
        BOOST_TEST_REQUIRE(read_reply(p).status == 200);
    BOOST_TEST(p.read_to_end().empty());
    at.until([&] { return at.server->connection_count() == 0; });
}

BOOST_AUTO_TEST_SUITE_END()
