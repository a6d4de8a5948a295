#include "counted_new.hpp"

#include <thump/server.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view handshake =
    "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

void poll_until(asio::io_context& context, std::function<bool()> const& reached)
{
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!reached()) {
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < deadline));
        context.restart();
        context.poll();
    }
}

// A broker with its server, and what subscribes over the network.
class fan_out {
public:
    explicit fan_out(std::size_t subscribers)
    {
        tcp::endpoint const at{asio::ip::address_v4::loopback(), server_.port()};
        for (std::size_t i = 0; i < subscribers; ++i) {
            auto& client = clients_.emplace_back(context_);
            client.connect(at);
            asio::write(client, asio::buffer(handshake));
        }
        poll_until(context_, [&] { return broker_.subscriber_count() == subscribers; });
    }

    // Publishes an event and waits until everyone was sent it.
    std::uint64_t allocations_of_an_event()
    {
        auto const wanted = broker_.stats().ledger.delivered + clients_.size();
        std::uint64_t allocations = 0;
        BOOST_TEST_REQUIRE(!broker_.publish({.type = "task.failed", .message = "exit code 1"}));
        poll_until(context_, [&] {
            auto const before = thump::test::allocation_count();
            context_.restart();
            context_.poll();
            allocations += thump::test::allocation_count() - before;
            return broker_.stats().ledger.delivered == wanted;
        });
        return allocations;
    }

private:
    asio::io_context context_{1};
    thump::broker broker_{context_.get_executor()};
    thump::server server_{broker_, {.listen = "127.0.0.1:0"}};
    std::vector<tcp::socket> clients_;
};

// Of many events, so that neither first uses nor timers count.
std::uint64_t fewest_allocations(std::function<std::uint64_t()> const& of_an_event)
{
    auto fewest = of_an_event();
    for (int i = 0; i < 50; ++i)
        fewest = std::min(fewest, of_an_event());
    return fewest;
}

std::uint64_t allocations_over_websocket(std::size_t subscribers)
{
    fan_out measured{subscribers};
    return fewest_allocations([&] { return measured.allocations_of_an_event(); });
}

std::uint64_t allocations_in_process(std::size_t subscribers)
{
    asio::io_context context{1};
    thump::broker broker{context.get_executor()};
    std::vector<thump::subscription> receivers;
    for (std::size_t i = 0; i < subscribers; ++i)
        receivers.push_back(broker.subscribe());
    return fewest_allocations([&] {
        BOOST_TEST_REQUIRE(!broker.publish({.type = "task.failed", .message = "exit code 1"}));
        auto const before = thump::test::allocation_count();
        context.restart();
        context.poll();
        std::size_t received = 0;
        boost::system::error_code ec;
        for (auto& r : receivers)
            while (r.try_receive(ec))
                ++received;
        auto const allocations = thump::test::allocation_count() - before;
        BOOST_TEST_REQUIRE(received == subscribers);
        return allocations;
    });
}

}   // namespace

BOOST_AUTO_TEST_SUITE(fan_out_allocations)

BOOST_AUTO_TEST_CASE(what_is_allocated_is_counted)
{
    auto const before = thump::test::allocation_count();
    std::vector<std::unique_ptr<int>> kept;
    for (int i = 0; i < 10; ++i)
        kept.push_back(std::make_unique<int>(i));
    BOOST_TEST(thump::test::allocation_count() - before >= kept.size());
}

BOOST_AUTO_TEST_CASE(an_event_over_websocket_allocates_no_oftener_for_many_than_for_few)
{
    auto const few = allocations_over_websocket(2);
    BOOST_TEST(allocations_over_websocket(200) <= few);
}

BOOST_AUTO_TEST_CASE(an_event_inside_the_process_allocates_no_oftener_for_many_than_for_few)
{
    auto const few = allocations_in_process(2);
    BOOST_TEST(allocations_in_process(1000) <= few);
}

#if !defined(__SANITIZE_ADDRESS__)   // there, events that have gone are not used again
BOOST_AUTO_TEST_CASE(an_event_that_is_copied_goes_into_the_room_of_one_that_has_gone)
{
    asio::io_context context{1};
    thump::broker broker{context.get_executor(), {.history = {.max_events = 8}}};
    thump::event const e{.type = std::string(100, 't'),
                         .message = std::string(200, 'm'),
                         .metadata = {{std::string(20, 'k'), std::string(100, 'v')}}};
    BOOST_TEST(fewest_allocations([&] {
                   BOOST_TEST_REQUIRE(!broker.publish(e));   // has the strand scheduled
                   auto const before = thump::test::allocation_count();
                   BOOST_TEST_REQUIRE(!broker.publish(e));
                   auto const allocations = thump::test::allocation_count() - before;
                   context.restart();
                   context.poll();
                   return allocations;
               }) == 0u);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
