// Where a stream goes on behind a connection that was lost.
#include <thump/stream.hpp>

#include <thump/broker.hpp>
#include <thump/client.hpp>
#include <thump/server.hpp>
#include <thump/time_point.hpp>

#include <client/stream_site.hpp>
#include <support/print.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace thump;
using namespace thump::test;
using namespace std::chrono_literals;

}   // namespace

BOOST_AUTO_TEST_SUITE(stream_resume)

BOOST_AUTO_TEST_CASE(a_lost_connection_is_resumed_after_the_last_record)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        {
            auto socket = co_await here.server.accept_websocket();
            co_await socket.send(hello);
            co_await socket.send(event_of(6));
            co_await receive<stream_connected>(s);
            co_await receive_event(s, 6);
            socket.drop();
        }
        auto const lost = co_await receive<stream_disconnected>(s);
        BOOST_TEST(lost.why.code.failed());
        BOOST_TEST(lost.retry_in.count() <= 2);

        auto socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:6");
        co_await socket.send(hello);
        co_await socket.send(event_of(7));
        auto const again = co_await receive<stream_connected>(s);
        BOOST_TEST((again.from == cursor{"e1", 6}));
        co_await receive_event(s, 7);
    }());
}

BOOST_AUTO_TEST_CASE(a_stream_that_read_nothing_resumes_where_it_began)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        {
            auto socket = co_await welcome(here, s);
            socket.drop();
        }
        auto const socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:5");
    }());
}

BOOST_AUTO_TEST_CASE(a_stream_that_read_nothing_resumes_where_the_server_says_it_began)
{
    for (std::optional<position> const& since :
         {std::optional<position>{}, std::optional<position>{last_events{3}},
          std::optional<position>{time_back{10min}}, std::optional<position>{earliest{}}}) {
        site here;
        run(here.ioc, [&]() -> asio::awaitable<void> {
            auto s = here.c.subscribe({.subscription = {.since = since}});
            {
                auto socket = co_await here.server.accept_websocket();
                co_await socket.send(
                    R"({"op":"welcome","epoch":"e1","seq":5,"oldest":2,"start":3})");
                BOOST_TEST(!(co_await receive<stream_connected>(s)).from.has_value());
                BOOST_TEST((s.cursor() == cursor{"e1", 3}));
                socket.drop();
            }
            {
                // Only a stream without a cursor takes it.
                auto socket = co_await here.server.accept_websocket();
                BOOST_TEST(socket.target() == "/v1/events?since=e1:3");
                co_await receive<stream_disconnected>(s);
                co_await socket.send(
                    R"({"op":"welcome","epoch":"e1","seq":9,"oldest":2,"start":9})");
                auto const again = co_await receive<stream_connected>(s);
                BOOST_TEST((again.from == cursor{"e1", 3}));
                socket.drop();
            }
            auto const socket = co_await here.server.accept_websocket();
            BOOST_TEST(socket.target() == "/v1/events?since=e1:3");
        }());
    }
}

// What follows holds of servers that do not say where a stream began.

BOOST_AUTO_TEST_CASE(a_stream_of_the_last_none_resumes_after_the_newest)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe({.subscription = {.since = last_events{0}}});
        {
            auto socket = co_await welcome(here, s);
            socket.drop();
        }
        auto const socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:5");
    }());
}

BOOST_AUTO_TEST_CASE(a_beginning_some_time_back_stays_at_its_moment)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto const before = time_point::now();
        auto s = here.c.subscribe({.subscription = {.since = time_back{10min}}});
        std::string first;
        for (int i = 0; i != 3; ++i) {
            auto socket = co_await here.server.accept_websocket();
            if (i == 0) {
                BOOST_TEST(socket.target() == "/v1/events?since=10m");
            } else {
                auto const stands = socket.target().substr(socket.target().find('=') + 1);
                auto moment = parse_time_point(stands);
                BOOST_TEST_REQUIRE(moment.has_value(), stands);
                moment->seconds += 600;
                BOOST_TEST((*moment >= before && *moment <= time_point::now()), stands);
                if (i == 1) first = stands;
                BOOST_TEST(stands == first);
            }
            co_await socket.send(hello);
            co_await receive<stream_connected>(s);
            socket.drop();
            co_await receive<stream_disconnected>(s);
        }
    }());
}

BOOST_AUTO_TEST_CASE(a_beginning_in_the_past_is_asked_for_again_until_something_was_read)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe({.subscription = {.since = earliest{}}});
        for (int i = 0; i != 2; ++i) {
            auto socket = co_await here.server.accept_websocket();
            BOOST_TEST(socket.target() == "/v1/events?since=earliest");
            co_await socket.send(hello);
            co_await receive<stream_connected>(s);
            if (i == 1) {
                co_await socket.send(event_of(2));
                co_await receive_event(s, 2);
            }
            socket.drop();
            co_await receive<stream_disconnected>(s);
        }
        auto const socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:2");
    }());
}

BOOST_AUTO_TEST_CASE(what_a_gap_told_of_is_not_asked_for_again)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        {
            auto socket = co_await here.server.accept_websocket();
            co_await socket.send(hello);
            co_await socket.send(
                R"({"op":"gap","from":6,"to":20,"dropped":3,"reason":"queue_full"})");
            co_await receive<stream_connected>(s);
            co_await receive<gap>(s);
            socket.drop();
        }
        auto const socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:20");
    }());
}

// The gaps of `latest` may reach past events that still wait behind them.
BOOST_AUTO_TEST_CASE(what_waits_behind_a_gap_of_latest_is_asked_for_again)
{
    struct latest_case {
        std::optional<overflow> asked;
        std::string_view terms;
        std::string_view reason;
        std::string_view again;
    };
    static constexpr std::string_view by_default = R"(,"subscription":{"overflow":"latest"})";
    for (auto const& [asked, terms, reason, again] :
         {latest_case{overflow::latest, "", "conflated", "since=e1:5&overflow=latest"},
          // Gaps that fall together are told by the gravest of their reasons.
          latest_case{overflow::latest, "", "queue_full", "since=e1:5&overflow=latest"},
          latest_case{std::nullopt, by_default, "queue_full", "since=e1:5"},
          latest_case{std::nullopt, "", "conflated", "since=e1:5"}}) {
        site here;
        run(here.ioc,
            [&, terms = terms, reason = reason, again = again,
             asked = asked]() -> asio::awaitable<void> {
                auto s = here.c.subscribe({.subscription = {.overflow = asked}});
                auto const conflated = R"({"op":"gap","from":6,"to":8,"dropped":2,"reason":")" +
                                       std::string{reason} + "\"}";
                auto const welcome =
                    R"({"op":"welcome","epoch":"e1","seq":5,"oldest":2)" + std::string{terms} + '}';
                {
                    auto socket = co_await here.server.accept_websocket();
                    co_await socket.send(welcome);
                    co_await socket.send(conflated);
                    co_await receive<stream_connected>(s);
                    co_await receive<gap>(s);
                    socket.drop();
                }
                co_await receive<stream_disconnected>(s);
                {
                    auto socket = co_await here.server.accept_websocket();
                    BOOST_TEST(socket.target() == "/v1/events?" + std::string{again});
                    co_await socket.send(welcome);
                    co_await socket.send(conflated);
                    co_await socket.send(event_of(7));
                    co_await receive<stream_connected>(s);
                    co_await receive<gap>(s);
                    co_await receive_event(s, 7);
                    socket.drop();
                }
                // An event moves on: it does not come again.
                auto const socket = co_await here.server.accept_websocket();
                BOOST_TEST(socket.target().find("since=e1:7") != std::string::npos);
            }());
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_forgot_is_followed_from_its_beginning)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe({.subscription = {.since = cursor{"old", 7}}});
        {
            auto socket = co_await here.server.accept_websocket();
            BOOST_TEST(socket.target() == "/v1/events?since=old:7");
            co_await socket.send(hello);
            co_await socket.send(
                R"({"op":"gap","from":0,"to":0,"dropped":0,"reason":"cursor_expired"})");
            co_await receive<stream_connected>(s);
            BOOST_TEST(((co_await receive<gap>(s)).reason == gap_reason::cursor_expired));
            socket.drop();
        }
        auto const socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:0");
    }());
}

BOOST_AUTO_TEST_CASE(what_a_server_forgot_is_told_even_if_the_first_connection_ends_before)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe({.subscription = {.since = cursor{"old", 7}}});
        {
            auto socket = co_await here.server.accept_websocket();
            co_await socket.send(R"({"op":"welcome","epoch":"e1","seq":5,"oldest":2,"start":1})");
            co_await receive<stream_connected>(s);
            socket.drop();
        }
        {
            auto socket = co_await here.server.accept_websocket();
            BOOST_TEST(socket.target() == "/v1/events?since=old:7");
            co_await socket.send(hello);
            co_await socket.send(event_of(2));
            co_await receive<stream_disconnected>(s);
            co_await receive<stream_connected>(s);
            co_await receive_event(s, 2);
            socket.drop();
        }
        auto const socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?since=e1:2");
    }());
}

// What was read ahead is not done with: another process would miss it.
BOOST_AUTO_TEST_CASE(cursor_is_of_the_last_record_received)
{
    asio::io_context ioc;
    broker b{ioc.get_executor()};
    server srv{b, {.listen = "127.0.0.1:0"}};
    client c{ioc.get_executor(), {.url = "http://" + srv.address()}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        co_await receive<stream_connected>(s);
        event const plain{.type = "t"};
        for (int i = 0; i != 10; ++i)
            co_await c.async_publish(plain, asio::use_awaitable);
        co_await receive_event(s, 1);
        // Until all of them are read ahead.
        for (auto all = b.stats(); all.ledger.delivered != 10; all = b.stats())
            co_await asio::post(ioc, asio::use_awaitable);
        auto const stored = to_string(s.cursor().value());
        s.close();
        auto another = c.subscribe({.subscription = {.since = parse_cursor(stored)}});
        co_await receive<stream_connected>(another);
        co_await receive_event(another, 2);
    }());
}

BOOST_AUTO_TEST_CASE(server_that_welcomes_and_drops_is_asked_ever_more_rarely)
{
    asio::io_context ioc;
    scripted_server server{ioc};
    client c{ioc.get_executor(), {.url = server.url(), .retry_first = 1ms, .retry_most = 1s}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        std::chrono::milliseconds wait{};
        for (int i = 0; i != 6; ++i) {
            auto socket = co_await server.accept_websocket();
            co_await socket.send(hello);
            co_await receive<stream_connected>(s);
            socket.drop();
            wait = (co_await receive<stream_disconnected>(s)).retry_in;
        }
        BOOST_TEST(wait.count() >= 16);   // the half of 2 to the fifth
    }());
}

BOOST_AUTO_TEST_SUITE_END()
