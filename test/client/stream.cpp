#include <thump/stream.hpp>

#include <thump/broker.hpp>
#include <thump/client.hpp>
#include <thump/server.hpp>

#include <client/held_names.hpp>
#include <client/stream_site.hpp>
#include <support/print.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace {

namespace asio = boost::asio;
using namespace thump;
using namespace thump::test;
using namespace std::chrono_literals;
using boost::system::error_code;

}   // namespace

BOOST_AUTO_TEST_SUITE(stream_handle)

BOOST_AUTO_TEST_CASE(records_come_in_the_servers_order_and_text)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe({.subscription = {.types = {"task.*"}}});
        auto socket = co_await here.server.accept_websocket();
        BOOST_TEST(socket.target() == "/v1/events?types=task.*");
        co_await socket.send(hello);
        co_await socket.send(R"({"seq":6,"type":"task.a","data":{"n":1.0}})");
        co_await socket.send(
            R"({"op":"gap","from":7,"to":9,"dropped":2,"bytes":1,"reason":"queue_full"})");
        co_await socket.send(event_of(10));

        auto const connected = co_await receive<stream_connected>(s);
        BOOST_TEST(connected.epoch == "e1");
        BOOST_TEST(connected.seq == 5u);
        BOOST_TEST(connected.oldest == 2u);
        BOOST_TEST(!connected.from.has_value());
        auto const first = co_await receive<received_event>(s);
        BOOST_TEST(first.json == R"({"seq":6,"type":"task.a","data":{"n":1.0}})");
        BOOST_TEST(first.event.data == R"({"n":1.0})");
        auto const lost = co_await receive<gap>(s);
        BOOST_TEST(lost.dropped == 2u);
        co_await receive_event(s, 10);
        BOOST_TEST((s.cursor() == cursor{"e1", 10}));
    }());
}

BOOST_AUTO_TEST_CASE(a_refused_subscription_ends_with_the_servers_sentence)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(
            socket, scripted_server::answer(
                        400, R"({"type":"urn:thump:error:invalid_parameter","detail":"bad key"})"));
        auto const why = co_await receive_end(s);
        BOOST_TEST(why.code == make_error_code(errc::invalid_parameter));
        BOOST_TEST(why.detail == "bad key");
    }());
}

BOOST_AUTO_TEST_CASE(a_close_ends_the_stream_or_begins_another_attempt)
{
    struct close_case {
        std::uint16_t code;
        errc end;
    };
    for (auto const& [code, end] :
         {close_case{1000, errc::end_of_stream}, close_case{4008, errc::slow_consumer},
          close_case{4010, errc::closed_by_operator}, close_case{1001, errc{}},
          close_case{1012, errc{}}}) {
        site here;
        run(here.ioc, [&, code = code, end = end]() -> asio::awaitable<void> {
            auto s = here.c.subscribe();
            auto socket = co_await here.server.accept_websocket();
            co_await socket.send(hello);
            co_await socket.send(event_of(6));
            co_await receive<stream_connected>(s);
            co_await socket.close(code);
            co_await receive_event(s, 6);
            if (end != errc{}) {
                BOOST_TEST((co_await receive_end(s)).code == make_error_code(end));
            } else {
                co_await receive<stream_disconnected>(s);
                co_await here.server.accept_websocket();
            }
        }());
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_record_ends_the_stream)
{
    for (auto const* const text : {"", "{}", "no JSON", R"({"seq":"6","type":"t"})"}) {
        site here;
        run(here.ioc, [&]() -> asio::awaitable<void> {
            auto s = here.c.subscribe();
            auto socket = co_await here.server.accept_websocket();
            co_await socket.send(text);
            BOOST_TEST((co_await receive_end(s)).code == make_error_code(errc::protocol_error));
        }());
    }
}

BOOST_AUTO_TEST_CASE(a_record_over_the_bound_ends_the_stream)
{
    asio::io_context ioc;
    scripted_server server{ioc};
    client c{ioc.get_executor(), {.url = server.url(), .max_record_bytes = 1024}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        auto socket = co_await server.accept_websocket();
        co_await socket.send(std::string(1025, ' '));
        co_await socket.wait_for_end();
        BOOST_TEST((co_await receive_end(s)).code ==
                   make_error_code(boost::beast::websocket::error::message_too_big));
    }());
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_ends_the_stream_unless_it_is_awaited)
{
    asio::io_context ioc;
    std::optional<scripted_server> server{std::in_place, ioc};
    client c{ioc.get_executor(), {.url = server->url(), .retry_first = 1ms, .retry_most = 1ms}};
    server.reset();
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        BOOST_TEST((co_await receive_end(s)).code == asio::error::connection_refused);
        auto waiting = c.subscribe({.await_server = true});
        for (int i = 0; i != 3; ++i)
            BOOST_TEST((co_await receive<stream_disconnected>(waiting)).why.code ==
                       asio::error::connection_refused);
    }());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_resolved_in_time_ends_the_attempt)
{
    asio::io_context ioc;
    client c{ioc.get_executor(),
             {.url = "http://" + std::string{held_names::host}, .connect_timeout = 20ms}};
    held_names const held;
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        BOOST_TEST((co_await receive_end(s)).code == error_code{boost::beast::error::timeout});
        auto const [ec, all] = co_await c.async_types(completion);
        BOOST_TEST(ec == make_error_code(errc::request_timeout));
    }());
}

BOOST_AUTO_TEST_CASE(closing_does_not_wait_for_a_name)
{
    asio::io_context ioc;
    client c{ioc.get_executor(), {.url = "http://" + std::string{held_names::host}}};
    held_names const held;
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        co_await asio::post(ioc, asio::use_awaitable);
        s.close();
        BOOST_TEST((co_await receive_end(s)).code == make_error_code(errc::unsubscribed));
    }());
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_not_answered_in_time_ends_the_attempt)
{
    asio::io_context ioc;
    scripted_server server{ioc};
    client c{ioc.get_executor(), {.url = server.url(), .connect_timeout = 20ms}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe();
        auto const socket = co_await server.accept();
        BOOST_TEST((co_await receive_end(s)).code == error_code{boost::beast::error::timeout});
    }());
}

BOOST_AUTO_TEST_CASE(the_bound_on_connecting_does_not_end_a_connection)
{
    asio::io_context ioc;
    scripted_server server{ioc};
    client c{ioc.get_executor(), {.url = server.url(), .connect_timeout = 500ms}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe({.reconnect = false});
        auto socket = co_await server.accept_websocket();
        co_await socket.send(hello);
        co_await receive<stream_connected>(s);
        asio::steady_timer timer{ioc, 600ms};
        co_await timer.async_wait(completion);
        co_await socket.send(event_of(6));
        co_await receive_event(s, 6);
    }());
}

BOOST_AUTO_TEST_CASE(without_reconnecting_a_lost_connection_ends_the_stream)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe({.reconnect = false});
        auto socket = co_await welcome(here, s);
        socket.drop();
        BOOST_TEST((co_await receive_end(s)).code.failed());
    }());
}

BOOST_AUTO_TEST_CASE(closing_ends_the_connection_and_every_receive)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        auto socket = co_await welcome(here, s);
        std::optional<error_code> ended;
        s.async_receive([&](error_code ec, stream_record const&) { ended = ec; });
        s.close();
        s.close();
        BOOST_TEST((co_await receive_end(s)).code == make_error_code(errc::unsubscribed));
        BOOST_TEST(ended.value() == make_error_code(errc::unsubscribed));
        co_await socket.wait_for_end();
    }());
}

BOOST_AUTO_TEST_CASE(nothing_is_received_of_a_stream_that_was_closed)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        auto socket = co_await here.server.accept_websocket();
        co_await socket.send(hello);
        co_await socket.send(event_of(6));
        co_await socket.send(event_of(7));
        co_await receive<stream_connected>(s);
        co_await receive_event(s, 6);
        s.close();
        error_code ec;
        BOOST_TEST(!s.try_receive(ec).has_value());
        BOOST_TEST(ec == make_error_code(errc::unsubscribed));
    }());
}

BOOST_AUTO_TEST_CASE(destroying_the_handle_closes_whatever_it_was_doing)
{
    for (int steps = 0; steps != 3; ++steps) {
        site here;
        run(here.ioc, [&]() -> asio::awaitable<void> {
            auto s = here.c.subscribe();
            if (steps == 0) co_return;
            auto socket = co_await here.server.accept_websocket();
            if (steps == 2) co_await socket.send(hello);
            s = {};
            co_await socket.wait_for_end();
        }());
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_receive_takes_nothing)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        auto socket = co_await welcome(here, s);
        asio::cancellation_signal signal;
        std::optional<error_code> ended;
        s.async_receive(asio::bind_cancellation_slot(
            signal.slot(), [&](error_code ec, stream_record const&) { ended = ec; }));
        signal.emit(asio::cancellation_type::total);
        co_await socket.send(event_of(6));
        co_await receive_event(s, 6);
        BOOST_TEST(ended.value() == asio::error::operation_aborted);
    }());
}

BOOST_AUTO_TEST_CASE(a_wait_takes_nothing)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe();
        auto socket = co_await welcome(here, s);
        asio::cancellation_signal signal;
        std::optional<error_code> ended;
        s.async_wait(
            asio::bind_cancellation_slot(signal.slot(), [&](error_code ec) { ended = ec; }));
        signal.emit(asio::cancellation_type::total);
        co_await socket.send(event_of(6));
        auto const [ec] = co_await s.async_wait(completion);
        BOOST_TEST(!ec);
        BOOST_TEST(ended.value() == asio::error::operation_aborted);
        co_await receive_event(s, 6);
        s.close();
        auto const [closed] = co_await s.async_wait(completion);
        BOOST_TEST(closed == make_error_code(errc::unsubscribed));
    }());
}

BOOST_AUTO_TEST_CASE(a_handle_that_was_moved_from_keeps_its_executor)
{
    site here;
    auto s = here.c.subscribe();
    auto second = std::move(s);
    stream third;
    third = std::move(second);
    for (auto* const left : {&s, &second}) {
        BOOST_TEST((left->get_executor() == here.c.get_executor()));
        std::optional<error_code> ended;
        bool inside = false;
        left->async_receive([&](error_code ec, stream_record const&) {
            ended = ec;
            inside = here.ioc.get_executor().running_in_this_thread();
        });
        while (!ended)
            here.ioc.run_one();
        BOOST_TEST(ended.value() == make_error_code(errc::unsubscribed));
        BOOST_TEST(inside);
    }
}

BOOST_AUTO_TEST_CASE(a_handle_of_no_stream_says_so)
{
    asio::io_context ioc;
    run(ioc, []() -> asio::awaitable<void> {
        stream none;
        auto const [ec, record] = co_await none.async_receive(completion);
        BOOST_TEST(ec == make_error_code(errc::unsubscribed));
        auto const [waited] = co_await none.async_wait(completion);
        BOOST_TEST(waited == make_error_code(errc::unsubscribed));
        error_code tried;
        BOOST_TEST(!none.try_receive(tried).has_value());
        BOOST_TEST(tried == make_error_code(errc::unsubscribed));
    }());
}

BOOST_AUTO_TEST_CASE(a_receiver_that_pauses_may_lose_the_connection_and_no_event)
{
    asio::io_context ioc;
    broker b{ioc.get_executor()};
    server srv{b, {.listen = "127.0.0.1:0", .ping_interval = 50ms, .pong_timeout = 50ms}};
    client c{ioc.get_executor(),
             {.url = "http://" + srv.address(), .retry_first = 1ms, .retry_most = 2ms}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe({.read_ahead = 1});
        co_await receive<stream_connected>(s);
        event const plain{.type = "t"};
        for (int i = 0; i != 6; ++i)
            b.publish(plain);
        while (b.subscriber_count() != 0)
            co_await asio::post(ioc, asio::use_awaitable);
        b.publish(plain);
        std::uint64_t last = 0;
        bool told = false;
        while (last != 7) {
            auto [ec, record] = co_await s.async_receive(completion);
            BOOST_TEST_REQUIRE(!ec, s.failure().detail);
            if (auto const* const e = std::get_if<received_event>(&record))
                BOOST_TEST(e->event.seq == ++last);
            if (auto const* const lost = std::get_if<stream_disconnected>(&record))
                told = told || lost->why.code == make_error_code(errc::pong_timeout);
            BOOST_TEST(!std::holds_alternative<gap>(record));
        }
        BOOST_TEST(told);
    }());
}

BOOST_AUTO_TEST_CASE(a_receiver_that_is_too_slow_is_told_of_every_loss)
{
    static constexpr std::uint64_t count = 600;
    asio::io_context ioc;
    broker b{ioc.get_executor()};
    server srv{b, {.listen = "127.0.0.1:0", .send_buffer_bytes = 4096}};
    client c{ioc.get_executor(), {.url = "http://" + srv.address()}};
    run(ioc, [&]() -> asio::awaitable<void> {
        auto s = c.subscribe({.subscription = {.queue = 10}, .read_ahead = 1});
        co_await receive<stream_connected>(s);
        // More than the socket buffers of both sides hold.
        event const large{.type = "t", .message = std::string(60'000, 'x')};
        for (std::uint64_t i = 0; i != count; ++i)
            co_await c.async_publish(large, asio::use_awaitable);
        std::uint64_t received = 0;
        std::uint64_t lost = 0;
        while (received + lost < count) {
            auto [ec, record] = co_await s.async_receive(completion);
            BOOST_TEST_REQUIRE(!ec, ec.message());
            if (auto const* const g = std::get_if<gap>(&record)) lost += g->dropped;
            if (std::holds_alternative<received_event>(record)) ++received;
        }
        BOOST_TEST(received + lost == count);
        BOOST_TEST(lost > 0u);
        BOOST_TEST(received > 0u);
    }());
}

BOOST_AUTO_TEST_SUITE_END()
