// A stream that is served from a script, and what is expected of it.
#pragma once

#include <thump/client.hpp>
#include <thump/stream.hpp>

#include <client/run.hpp>
#include <client/scripted_server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace thump::test {

/// A server's first word: its newest event is 5, its oldest 2.
inline constexpr std::string_view hello = R"({"op":"welcome","epoch":"e1","seq":5,"oldest":2})";

inline std::string event_of(int seq)
{
    return R"({"seq":)" + std::to_string(seq) + R"(,"type":"t"})";
}

/// A client that comes again at once.
struct site {
    boost::asio::io_context ioc;
    scripted_server server{ioc};
    client_options common{.url = server.url(),
                          .retry_first = std::chrono::milliseconds{1},
                          .retry_most = std::chrono::milliseconds{2}};
    client c{ioc.get_executor(), common};
};

template <class Record>
boost::asio::awaitable<Record> receive(stream& s)
{
    auto [ec, record] = co_await s.async_receive(completion);
    BOOST_TEST_REQUIRE(!ec, ec.message() << ": " << s.failure().detail);
    BOOST_TEST_REQUIRE(std::holds_alternative<Record>(record), record.index());
    co_return std::get<Record>(std::move(record));
}

/// Lets the stream connect, and says `hello`.
inline boost::asio::awaitable<scripted_socket> welcome(site& here, stream& s)
{
    auto socket = co_await here.server.accept_websocket();
    co_await socket.send(hello);
    co_await receive<stream_connected>(s);
    co_return socket;
}

inline boost::asio::awaitable<void> receive_event(stream& s, std::uint64_t seq)
{
    BOOST_TEST((co_await receive<received_event>(s)).event.seq == seq);
}

/// Why the stream ended, which it goes on to say.
inline boost::asio::awaitable<error> receive_end(stream& s)
{
    auto const [ec, record] = co_await s.async_receive(completion);
    BOOST_TEST_REQUIRE(ec.failed(), record.index());
    BOOST_TEST(s.failure().code == ec);
    auto const [again, nothing] = co_await s.async_receive(completion);
    BOOST_TEST(again == ec);
    co_return s.failure();
}

}   // namespace thump::test
