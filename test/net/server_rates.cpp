// Streams of a bounded rate: when they sleep, and what wakes them up.
#include <support/loopback.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>

using namespace thump::test;
using namespace std::chrono_literals;

namespace {

std::uint64_t seq_of(boost::json::object const& record)
{
    BOOST_TEST_REQUIRE(!record.contains("op"), record);
    return record.at("seq").to_number<std::uint64_t>();
}

}   // namespace

BOOST_AUTO_TEST_SUITE(server_rates)

BOOST_AUTO_TEST_CASE(subscription_that_takes_the_place_of_a_sleeping_one_is_awake)
{
    loopback at;
    ws_peer reader{at, "?overflow=latest&key=none&max_rate=0.001"};
    at.publish_many(2);   // the second is to wait for a quarter of an hour
    BOOST_TEST(seq_of(reader.next_json()) == 1u);
    reader.send_text(
        R"({"op":"subscribe","overflow":"latest","key":"none","max_rate":20,"ref":1})");
    BOOST_TEST(reader.next_json().at("op") == "gap");   // the second is lost with its subscription
    BOOST_TEST(reader.next_json().at("op") == "subscribed");
    at.publish_many(1);
    BOOST_TEST(seq_of(reader.next_json()) == 3u);
    at.publish_many(1);
    BOOST_TEST(seq_of(reader.next_json()) == 4u);
}

BOOST_AUTO_TEST_CASE(peer_that_goes_while_it_sleeps_is_not_woken)
{
    loopback at;
    {
        ws_peer reader{at, "?overflow=latest&key=none&max_rate=20"};
        at.publish_many(2);
        BOOST_TEST(seq_of(reader.next_json()) == 1u);
    }
    ws_peer other{at, "?overflow=latest&key=none&max_rate=10"};   // sleeps for longer
    at.until([&] { return at.server->connection_count() == 1; });
    at.publish_many(2);
    BOOST_TEST(seq_of(other.next_json()) == 3u);
    BOOST_TEST(seq_of(other.next_json()) == 4u);
}

BOOST_AUTO_TEST_CASE(rate_is_bounded_where_the_end_is_known_too)
{
    for (auto const* const until : {"4", "5"}) {   // one that has been, and one that is to come
        loopback at;
        for (int i = 0; i != 4; ++i)
            at.publish({.type = "t", .metadata = {{"k", std::to_string(i)}}});
        at.settle();
        auto const began = std::chrono::steady_clock::now();
        ws_peer reader{at, std::string{"?since=earliest&overflow=latest&key=k&max_rate=20&until="} +
                               until};
        for (std::uint64_t seq = 1; seq <= 4; ++seq)
            BOOST_TEST(seq_of(reader.next_json()) == seq);
        // Three times 50 ms, of which a late timer may make up for some.
        BOOST_TEST((std::chrono::steady_clock::now() - began >= 120ms));
        if (until == std::string{"5"}) {
            at.publish_many(1);
            BOOST_TEST(seq_of(reader.next_json()) == 5u);
        }
        BOOST_TEST(reader.next().close_code() == 1000);
    }
}

BOOST_AUTO_TEST_CASE(draining_waits_for_no_rate)
{
    loopback at;
    ws_peer reader{at, "?overflow=latest&key=none&max_rate=0.001"};
    at.publish_many(3);
    BOOST_TEST(seq_of(reader.next_json()) == 1u);
    at.broker->stop();
    BOOST_TEST(seq_of(reader.next_json()) == 2u);
    BOOST_TEST(seq_of(reader.next_json()) == 3u);
    BOOST_TEST(reader.next().close_code() == 1001);
}

BOOST_AUTO_TEST_SUITE_END()
