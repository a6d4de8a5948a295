// The end: of the broker, of the server, of both, in every order.
#include <support/collector.hpp>
#include <support/descriptors.hpp>
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

using namespace thump::test;
using boost::system::error_code;
using thump::broker;
using thump::server;

namespace {

constexpr socket_buffers small{.receive = 4096};

// Reads events 1 to `count`, and the close.
void check_all_then_1001(ws_peer& p, std::uint64_t count)
{
    for (std::uint64_t seq = 1; seq <= count; ++seq)
        BOOST_TEST_REQUIRE(p.next_json().at("seq").to_number<std::uint64_t>() == seq);
    BOOST_TEST(p.next().close_code() == 1001);
    p.send_close(1001);
    BOOST_TEST(p.read_to_end().empty());
}

void check_all_then_end(sse_peer& p, std::uint64_t count)
{
    for (std::uint64_t seq = 1; seq <= count; ++seq)
        BOOST_TEST_REQUIRE(p.next().json().at("seq").to_number<std::uint64_t>() == seq);
    BOOST_TEST(p.ends_well());
}

// Connections in every state.
struct crowd {
    explicit crowd(loopback& at)
        : idle{at.connect()}
        , kept_alive{at.connect()}
        , half_sent{at.connect()}
        , ws{at}
        , publisher{at, "?subscribe=false"}
        , stalled_ws{at, "?queue=1000", small}
        , stalled_sse{at, "?queue=1000", 11, small}
        , closing{at}
    {
        kept_alive.send(get_request("/healthz"));
        read_reply(kept_alive);
        half_sent.send("POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n{");
        closing.send_close();
        at.publish_many(100, 2000);
        at.settle();
    }

    peer idle, kept_alive, half_sent;
    ws_peer ws, publisher, stalled_ws;
    sse_peer stalled_sse;
    ws_peer closing;
};

thump::server_options with_small_buffers()
{
    return {.send_buffer_bytes = 4096};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(server_drain)

BOOST_AUTO_TEST_CASE(what_was_accepted_reaches_everybody_before_the_end)
{
    loopback at{{}, {.intake_capacity = 40}};
    ws_peer ws{at};
    sse_peer chunked{at};
    sse_peer plain{at, "", 10};
    collector local{at.broker->subscribe()};
    local.start();
    // Still in the intake when the drain begins.
    for (int i = 0; i < 40; ++i)
        BOOST_TEST_REQUIRE(!at.broker->publish({.type = "a"}));
    bool drained = false;
    at.server->async_drain([&](error_code) { drained = true; });
    check_all_then_1001(ws, 40);
    check_all_then_end(chunked, 40);
    check_all_then_end(plain, 40);
    ws.close();
    chunked.close();
    plain.close();
    at.until([&] { return drained && local.ended; });
    BOOST_TEST(local.seqs().size() == 40u);
    BOOST_TEST(at.server->connection_count() == 0u);
    BOOST_TEST((at.broker->publish({.type = "a"}) == thump::errc::stopped));
}

BOOST_AUTO_TEST_CASE(slow_reader_that_still_reads_gets_everything)
{
    loopback at{{.send_buffer_bytes = 4096}};
    ws_peer ws{at, "?queue=1000", small};
    sse_peer sse{at, "?queue=1000", 11, small};
    at.publish_many(200, 2000);
    at.settle();
    BOOST_TEST(at.broker->stats().ledger.queued > 100u);
    bool drained = false;
    at.server->async_drain([&](error_code) { drained = true; });
    check_all_then_1001(ws, 200);
    check_all_then_end(sse, 200);
    ws.close();
    sse.close();
    at.until([&] { return drained; });
    BOOST_TEST(at.broker->stats().ledger.delivered == 400u);
}

BOOST_AUTO_TEST_CASE(nobody_new_is_let_in_and_those_inside_are_told)
{
    loopback at{with_small_buffers()};
    auto probe = at.connect();
    probe.send(get_request("/readyz"));
    BOOST_TEST(read_reply(probe).status == 200);
    ws_peer stalled{at, "?queue=1000", small};
    auto const port = at.server->port();
    at.publish_many(100, 2000);
    at.settle();
    bool drained = false;
    at.server->async_drain([&](error_code) { drained = true; });
    at.settle();
    BOOST_CHECK_THROW((peer{port}), std::system_error);
    // However long it takes the others: more than two of the server's looks at its clock.
    auto const later = std::chrono::steady_clock::now() + std::chrono::milliseconds{600};
    at.until([&] { return std::chrono::steady_clock::now() > later; });
    probe.send(get_request("/readyz"));
    auto const reply = read_reply(probe);
    BOOST_TEST(reply.status == 503);
    BOOST_TEST(reply.field("Connection") == "close");
    probe.close();
    stalled.reset();
    at.until([&] { return drained; });
}

BOOST_AUTO_TEST_CASE(readiness_is_answered_until_the_last_goodbye)
{
    loopback at{
        {.close_timeout = std::chrono::seconds{60}, .drain_timeout = std::chrono::seconds{60}}};
    ws_peer silent{at};
    auto probe = at.connect();
    auto idle = at.connect();
    at.until([&] { return at.server->connection_count() == 3; });
    bool drained = false;
    at.server->async_drain([&](error_code) { drained = true; });
    BOOST_TEST(silent.next().close_code() == 1001);
    // It does not answer; more than two of the server's looks at its clock.
    auto const later = std::chrono::steady_clock::now() + std::chrono::milliseconds{600};
    at.until([&] { return std::chrono::steady_clock::now() > later; });
    probe.send(get_request("/readyz"));
    BOOST_TEST(read_reply(probe).status == 503);
    silent.send_close(1001);
    BOOST_TEST(silent.read_to_end().empty());
    silent.close();
    BOOST_TEST(idle.read_to_end().empty());
    idle.close();
    probe.close();
    at.until([&] { return drained; });
}

BOOST_AUTO_TEST_CASE(draining_twice_completes_both)
{
    loopback at;
    ws_peer p{at};
    int drained = 0;
    at.server->async_drain([&](error_code) { ++drained; });
    at.server->async_drain([&](error_code) { ++drained; });
    check_all_then_1001(p, 0);
    p.close();
    at.until([&] { return drained == 2; });
    at.server->async_drain([&](error_code) { ++drained; });
    at.until([&] { return drained == 3; });
}

BOOST_AUTO_TEST_CASE(cancelled_drain_goes_on_without_the_one_who_waited)
{
    loopback at;
    ws_peer p{at};
    boost::asio::cancellation_signal stop_waiting;
    std::optional<error_code> first;
    std::optional<error_code> second;
    at.server->async_drain(boost::asio::bind_cancellation_slot(stop_waiting.slot(),
                                                               [&](error_code ec) { first = ec; }));
    at.server->async_drain([&](error_code ec) { second = ec; });
    stop_waiting.emit(boost::asio::cancellation_type::total);   // without any effect it cannot be
    at.settle();
    BOOST_TEST(!first.has_value());
    stop_waiting.emit(boost::asio::cancellation_type::partial);
    at.until([&] { return first.has_value(); });
    BOOST_TEST(*first == boost::asio::error::operation_aborted);
    BOOST_TEST(!second.has_value());
    check_all_then_1001(p, 0);
    p.close();
    at.until([&] { return second.has_value(); });
    BOOST_TEST(!*second);
    stop_waiting.emit(boost::asio::cancellation_type::total);
    at.settle();
}

BOOST_AUTO_TEST_CASE(server_without_connections_drains_at_once)
{
    loopback at;
    bool drained = false;
    auto drain = at.server->async_drain();   // begins when it is started
    at.settle();
    BOOST_TEST(!at.broker->publish({.type = "t"}));
    std::move(drain)([&](error_code) { drained = true; });
    at.settle();
    BOOST_TEST(drained);
}

BOOST_AUTO_TEST_CASE(stop_of_the_broker_ends_the_streams_and_the_server_serves_on)
{
    loopback at;
    ws_peer ws{at};
    sse_peer sse{at};
    ws_peer publisher{at, "?subscribe=false"};
    BOOST_TEST(!at.broker->publish({.type = "a"}));
    at.broker->stop();
    at.broker->stop();
    check_all_then_1001(ws, 1);
    check_all_then_end(sse, 1);
    publisher.send_text(R"({"op":"publish","event":{"type":"a"},"ref":1})");
    BOOST_TEST(publisher.next_json().at("op") == "error");
    BOOST_TEST(at.ask(get_request("/healthz")).status == 200);
    BOOST_TEST(at.ask(get_request("/readyz")).status == 503);
    BOOST_TEST(at.ask(post_request(R"({"type":"a"})")).status == 503);
    BOOST_TEST(at.ask(upgrade_request()).status == 503);
    // And a drain after it ends what is left.
    bool drained = false;
    at.server->async_drain([&](error_code) { drained = true; });
    BOOST_TEST(publisher.next().close_code() == 1001);
    publisher.close();
    ws.close();
    sse.close();
    at.until([&] { return drained; });
}

BOOST_AUTO_TEST_CASE(destroying_the_server_cuts_every_connection)
{
    loopback at{with_small_buffers()};
    crowd all{at};
    at.server.reset();
    at.settle();
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    all.idle.read_to_end();
    all.ws.read_to_end();
    all.stalled_sse.read_to_end();
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.balanced());
    BOOST_TEST(ledger.queued == 0u);
    // The broker goes on without it, and can be served anew.
    auto local = at.broker->subscribe();
    at.publish({.type = "a"});
    at.settle();
    BOOST_TEST(take_all(local) == "101");
    at.server.emplace(*at.broker, any_port());
    BOOST_TEST(at.ask(get_request("/healthz")).status == 200);
}

BOOST_AUTO_TEST_CASE(destroying_the_server_during_a_drain_completes_the_drain)
{
    loopback at{with_small_buffers()};
    crowd all{at};
    bool drained = false;
    at.server->async_drain([&](error_code) { drained = true; });
    at.settle();
    at.server.reset();
    at.until([&] { return drained; });
    BOOST_TEST(at.broker->subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(drain_says_whether_somebody_was_cut)
{
    loopback at{{.drain_timeout = std::chrono::milliseconds{0}}};
    ws_peer const silent{at};
    std::optional<error_code> ended;
    at.server->async_drain([&](error_code ec) { ended = ec; });
    at.until([&] { return ended.has_value(); });
    BOOST_TEST(*ended == boost::asio::error::timed_out);
    ended.reset();
    at.server->async_drain([&](error_code ec) { ended = ec; });
    at.until([&] { return ended.has_value(); });
    BOOST_TEST(*ended == boost::asio::error::timed_out);
}

BOOST_AUTO_TEST_CASE(drain_that_its_server_does_not_see_the_end_of_is_aborted)
{
    loopback at;
    ws_peer const silent{at};
    std::optional<error_code> ended;
    at.server->async_drain([&](error_code ec) { ended = ec; });
    at.settle();
    BOOST_TEST(!ended.has_value());
    at.server.reset();
    at.until([&] { return ended.has_value(); });
    BOOST_TEST(*ended == boost::asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(log_is_not_written_to_once_the_server_is_gone)
{
    boost::asio::io_context context;
    broker b{context.get_executor()};
    int lines = 0;
    auto const count = [&](thump::log_level, std::string_view) { ++lines; };
    {
        server drained{b, any_port(), count};
        drained.async_drain([](error_code) {});
        settle(context);
        BOOST_TEST(lines > 0);
        server draining{b, any_port(), count};
        draining.async_drain([](error_code) {});
        server untouched{b, any_port(), count};
    }
    auto const before = lines;
    settle(context);
    BOOST_TEST(lines == before);
}

BOOST_AUTO_TEST_CASE(context_may_go_before_it_has_run_what_the_destructors_left)
{
    auto context = std::make_unique<boost::asio::io_context>();
    {
        broker b{context->get_executor()};
        server s{b, any_port()};
        settle(*context);
        peer const p{s.port()};
        peer const q{s.port()};
        settle(*context);
        BOOST_TEST(s.connection_count() == 2u);
        BOOST_TEST(!b.publish({.type = "a"}));
    }
    context.reset();   // with the server's last work still in it
}

BOOST_AUTO_TEST_CASE(context_may_go_in_the_middle_of_a_drain)
{
    auto context = std::make_unique<boost::asio::io_context>();
    auto const canary = std::make_shared<int>(0);
    std::optional<peer> half_sent;
    boost::asio::co_spawn(
        *context,
        [](auto& io, auto& client, std::shared_ptr<int>) -> boost::asio::awaitable<void> {
            broker b{io.get_executor()};
            server s{b, any_port()};
            client.emplace(s.port());
            client->send("POST /v1/events HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n{");
            while (s.connection_count() == 0)
                co_await boost::asio::post(boost::asio::use_awaitable);
            co_await s.async_drain(boost::asio::use_awaitable);
        }(*context, half_sent, canary),
        boost::asio::detached);
    settle(*context);
    BOOST_TEST(canary.use_count() == 2);
    context.reset();
    BOOST_TEST(canary.use_count() == 1);
    half_sent->read_to_end();
}

BOOST_AUTO_TEST_CASE(context_may_go_in_the_middle_of_a_drain_that_others_wait_for)
{
    auto context = std::make_unique<boost::asio::io_context>();
    auto const canary = std::make_shared<int>(0);
    {
        broker b{context->get_executor()};
        server s{b, any_port({.send_buffer_bytes = 4096})};
        auto const idle = [&] { settle(*context); };
        ws_peer const stalled{peer{s.port(), idle, small}, "?queue=1000"};
        for (int i = 0; i < 50; ++i)
            b.publish({.type = "a", .message = std::string(10'000, 'x')});
        settle(*context);
        s.async_drain([c = canary](error_code) {});
        s.async_drain([c = canary](error_code) {});
        settle(*context);
        BOOST_TEST(s.connection_count() == 1u);
        BOOST_TEST(canary.use_count() == 3);
    }
    context.reset();
    BOOST_TEST(canary.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(broker_handle_may_go_before_the_server)
{
    boost::asio::io_context context;
    std::optional<broker> b{std::in_place, context.get_executor()};
    server s{*b, any_port()};
    ws_peer p{peer{s.port(), [&] { settle(context); }}, ""};
    b.reset();
    BOOST_TEST(p.next().close_code() == 1001);
}

BOOST_AUTO_TEST_CASE(subscriptions_inside_the_process_outlive_both)
{
    thump::subscription local;
    loopback at;
    local = at.broker->subscribe();
    at.publish_many(3);
    at.settle();
    at.server.reset();
    at.broker.reset();
    at.settle();
    BOOST_TEST(take_all(local) == "1 2 3 end_of_stream");
}

BOOST_AUTO_TEST_CASE(two_servers_serve_one_broker)
{
    loopback at;
    server other{*at.broker, any_port()};
    ws_peer here{at};
    ws_peer there{peer{other.port(), [&] { at.run_one(); }}, ""};
    here.send_text(R"({"type":"a"})");
    BOOST_TEST(here.next_json().at("seq") == 1);
    BOOST_TEST(there.next_json().at("seq") == 1);
    BOOST_TEST(at.broker->stats().ledger.delivered == 2u);
    at.server.reset();
    at.settle();
    there.send_text(R"({"type":"a"})");
    BOOST_TEST(there.next_json().at("seq") == 2);
    BOOST_TEST(at.broker->stats().ledger.delivered == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
