// The requests of a client, against a server that follows a script.
#include <thump/client.hpp>

#include <client/run.hpp>
#include <client/scripted_server.hpp>
#include <support/print.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;
using namespace thump::test;
using namespace std::chrono_literals;
using boost::system::error_code;

std::string accepted(int seq, std::string_view fields = {})
{
    return scripted_server::answer(202,
                                   R"({"epoch":"e","accepted":1,"refused":0,"events":[{"id":"i",)"
                                   R"("seq":)" +
                                       std::to_string(seq) + "}]}",
                                   fields);
}

constexpr std::string_view catalog_text = R"({"strict":false,"types":[]})";

// Publishes without waiting; the outcome comes to stand in `made`.
struct outcome {
    std::optional<error_code> ec;
    receipt given;
};

void publish(client& c, outcome& made)
{
    c.async_publish({.type = "t"}, [&made](error_code ec, receipt r) {
        made.ec = ec;
        made.given = std::move(r);
    });
}

struct site {
    explicit site(client_options more = {}) : common{std::move(more)}
    {
        common.url = server.url();
        c.emplace(ioc.get_executor(), common);
    }

    asio::io_context ioc;
    scripted_server server{ioc};
    client_options common;
    std::optional<client> c;
};

asio::awaitable<void> ask(std::string url, std::shared_ptr<int> held)
{
    auto const ex = co_await asio::this_coro::executor;
    client c{ex, {.url = std::move(url)}};
    co_await c.async_types(completion);
    held.reset();
}

asio::awaitable<void> read_one(scripted_server& server, bool& done)
{
    auto socket = co_await server.accept();
    boost::beast::flat_buffer buffer;
    co_await scripted_server::read(socket, buffer);
    done = true;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE(requests_are_sent_ahead_of_their_answers_up_to_the_window)
{
    site here{{.max_in_flight = 2}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(3);
        for (auto& each : made)
            publish(*here.c, each);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        for (int i = 0; i != 2; ++i) {
            auto const asked = co_await scripted_server::read(socket, buffer);
            BOOST_TEST(asked.target() == "/v1/events");
            BOOST_TEST(asked.body() == R"({"type":"t"})");
        }
        BOOST_TEST(buffer.size() == 0u);
        BOOST_TEST(socket.available() == 0u);
        co_await scripted_server::write(socket, accepted(1));
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, accepted(2) + accepted(3));
        while (!made[2].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        for (std::size_t i = 0; i != 3; ++i) {
            BOOST_TEST(!made[i].ec.value());
            BOOST_TEST(made[i].given.seq == i + 1);
        }
    }());
}

BOOST_AUTO_TEST_CASE(a_token_is_sent_and_a_prefix_stands_before_the_path)
{
    asio::io_context ioc;
    scripted_server server{ioc};
    client c{ioc.get_executor(), {.url = server.url() + "/events/", .token = "s3cret"}};
    run(ioc, [&]() -> asio::awaitable<void> {
        c.async_types([](error_code, remote_catalog const&) {});
        auto socket = co_await server.accept();
        boost::beast::flat_buffer buffer;
        auto const asked = co_await scripted_server::read(socket, buffer);
        BOOST_TEST(asked.target() == "/events/v1/types");
        BOOST_TEST(asked["Authorization"] == "Bearer s3cret");
        BOOST_TEST("http://" + std::string{asked["Host"]} == server.url());
    }());
}

BOOST_AUTO_TEST_CASE(a_question_is_asked_again_when_a_kept_connection_had_ended)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::optional<error_code> first;
        std::optional<error_code> second;
        here.c->async_types([&](error_code ec, remote_catalog const&) { first = ec; });
        {
            auto socket = co_await here.server.accept();
            boost::beast::flat_buffer buffer;
            co_await scripted_server::read(socket, buffer);
            co_await scripted_server::write(socket, scripted_server::answer(200, catalog_text));
            while (!first)
                co_await asio::post(here.ioc, asio::use_awaitable);
            here.c->async_types([&](error_code ec, remote_catalog const&) { second = ec; });
            co_await scripted_server::read(socket, buffer);
        }
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, scripted_server::answer(200, catalog_text));
        while (!second)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(!first->failed());
        BOOST_TEST(!second->failed());
    }());
}

BOOST_AUTO_TEST_CASE(a_publish_is_never_sent_twice)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(3);
        publish(*here.c, made[0]);
        {
            auto socket = co_await here.server.accept();
            boost::beast::flat_buffer buffer;
            co_await scripted_server::read(socket, buffer);
            co_await scripted_server::write(socket, accepted(1));
            while (!made[0].ec)
                co_await asio::post(here.ioc, asio::use_awaitable);
            publish(*here.c, made[1]);
            co_await scripted_server::read(socket, buffer);
        }
        while (!made[1].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(made[1].ec->failed());

        publish(*here.c, made[2]);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, accepted(2));
        while (!made[2].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(made[2].given.seq == 2u);
    }());
}

BOOST_AUTO_TEST_CASE(what_stands_behind_a_last_answer_is_sent_on_another_connection)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(3);
        for (auto& each : made)
            publish(*here.c, each);
        {
            auto socket = co_await here.server.accept();
            boost::beast::flat_buffer buffer;
            for (int i = 0; i != 3; ++i)
                co_await scripted_server::read(socket, buffer);
            co_await scripted_server::write(socket, accepted(1, "Connection: close\r\n"));
        }
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        for (int i = 0; i != 2; ++i)
            co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, accepted(2) + accepted(3));
        while (!made[2].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        for (std::size_t i = 0; i != 3; ++i)
            BOOST_TEST(made[i].given.seq == i + 1);
    }());
}

BOOST_AUTO_TEST_CASE(a_request_without_an_answer_times_out)
{
    site here{{.request_timeout = 20ms}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        error why;
        auto const [ec, all] = co_await here.c->async_types(why, completion);
        BOOST_TEST(ec == make_error_code(errc::request_timeout));
        BOOST_TEST(why.code == ec);
        BOOST_TEST(!why.detail.empty());
    }());
}

// It takes the connection with it; but what was sent behind it is not late itself.
BOOST_AUTO_TEST_CASE(a_late_request_does_not_make_those_behind_it_late)
{
    site here{{.request_timeout = 3s}};   // margins that a loaded machine keeps
    run(here.ioc, [&]() -> asio::awaitable<void> {
        outcome late;
        publish(*here.c, late);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        asio::steady_timer timer{here.ioc, 1s};
        co_await timer.async_wait(completion);
        outcome behind;
        publish(*here.c, behind);
        std::optional<error_code> asked;
        std::optional<error_code> withdrawn;
        asio::cancellation_signal nobody;
        here.c->async_stats(asio::bind_cancellation_slot(
            nobody.slot(), [&](error_code ec, remote_stats const&) { withdrawn = ec; }));
        here.c->async_types([&](error_code ec, remote_catalog const&) { asked = ec; });
        for (int i = 0; i != 3; ++i)
            co_await scripted_server::read(socket, buffer);
        nobody.emit(asio::cancellation_type::total);

        auto again = co_await here.server.accept();
        boost::beast::flat_buffer second;
        auto const request = co_await scripted_server::read(again, second);
        BOOST_TEST(request.target() == "/v1/types");
        co_await scripted_server::write(again, scripted_server::answer(200, catalog_text));
        while (!asked)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(!*asked);
        BOOST_TEST(withdrawn.value() == asio::error::operation_aborted);
        BOOST_TEST(late.ec.value() == make_error_code(errc::request_timeout));
        BOOST_TEST(behind.ec.value() == asio::error::connection_aborted);
    }());
}

BOOST_AUTO_TEST_CASE(an_answer_that_nobody_asked_for_ends_the_connection)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        outcome made;
        publish(*here.c, made);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, accepted(1) + accepted(2));
        char byte = 0;
        auto const [ec, bytes] =
            co_await socket.async_read_some(asio::buffer(&byte, 1), completion);
        BOOST_TEST(ec.failed());
        BOOST_TEST(made.given.seq == 1u);
    }());
}

BOOST_AUTO_TEST_CASE(an_interim_answer_is_passed_over)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(2);
        for (auto& each : made)
            publish(*here.c, each);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        for (int i = 0; i != 2; ++i)
            co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(
            socket, "HTTP/1.1 100 Continue\r\n\r\n"
                    "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" +
                        accepted(1) + "HTTP/1.1 102 Processing\r\n\r\n" + accepted(2));
        while (!made[1].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        for (std::size_t i = 0; i != 2; ++i) {
            BOOST_TEST(!made[i].ec.value());
            BOOST_TEST(made[i].given.seq == i + 1);
        }
    }());
}

BOOST_AUTO_TEST_CASE(interim_answers_do_not_put_off_the_deadline)
{
    site here{{.request_timeout = 20ms}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        outcome made;
        publish(*here.c, made);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        while (!made.ec)
            co_await asio::async_write(
                socket, asio::buffer(std::string_view{"HTTP/1.1 102 Processing\r\n\r\n"}),
                completion);
        BOOST_TEST(made.ec.value() == make_error_code(errc::request_timeout));
    }());
}

BOOST_AUTO_TEST_CASE(a_switch_of_protocols_ends_the_connection)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        outcome made;
        publish(*here.c, made);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket,
                                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
        char byte = 0;
        auto const [ec, bytes] =
            co_await socket.async_read_some(asio::buffer(&byte, 1), completion);
        BOOST_TEST(ec.failed());
        BOOST_TEST(made.ec.value() == make_error_code(errc::protocol_error));
    }());
}

BOOST_AUTO_TEST_CASE(an_answer_over_the_bound_is_not_read)
{
    site here{{.max_body_bytes = 1024}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::optional<error_code> ended;
        here.c->async_types([&](error_code ec, remote_catalog const&) { ended = ec; });
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, "HTTP/1.1 200 X\r\nContent-Length: 1025\r\n\r\n");
        while (!ended)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(ended.value() == make_error_code(boost::beast::http::error::body_limit));
    }());
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_is_withdrawn_or_its_answer_passed_over)
{
    site here{{.max_in_flight = 1}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(3);
        std::vector<asio::cancellation_signal> signals(2);
        for (std::size_t i = 0; i != 2; ++i)
            here.c->async_publish({.type = "t" + std::to_string(i)},
                                  asio::bind_cancellation_slot(
                                      signals[i].slot(),
                                      [&each = made[i]](error_code ec, receipt) { each.ec = ec; }));
        publish(*here.c, made[2]);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        BOOST_TEST((co_await scripted_server::read(socket, buffer)).body() == R"({"type":"t0"})");
        // The first was sent, and may have had its effect.
        for (auto& signal : signals)
            signal.emit(asio::cancellation_type::total);
        while (!made[1].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(made[1].ec.value() == asio::error::operation_aborted);
        BOOST_TEST(!made[0].ec);
        signals[0].emit(asio::cancellation_type::partial);
        while (!made[0].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(made[0].ec.value() == asio::error::operation_aborted);

        co_await scripted_server::write(socket, accepted(1));
        BOOST_TEST((co_await scripted_server::read(socket, buffer)).body() == R"({"type":"t"})");
        co_await scripted_server::write(socket, accepted(2));
        while (!made[2].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(made[2].given.seq == 2u);
    }());
}

BOOST_AUTO_TEST_CASE(too_many_waiting_requests_are_refused)
{
    site here{{.max_in_flight = 1, .max_waiting = 1}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(3);
        for (auto& each : made)
            publish(*here.c, each);
        while (!made[1].ec && !made[2].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(made[2].ec.value() == asio::error::no_buffer_space);
    }());
}

// Only the context can destroy a coroutine that owns the client whose answer it waits for.
BOOST_AUTO_TEST_CASE(a_request_that_owns_its_client_goes_with_its_context_before_it_is_sent)
{
    asio::io_context elsewhere;
    scripted_server const server{elsewhere};
    for (int steps = 0; steps != 8; ++steps) {
        auto const held = std::make_shared<int>();
        {
            asio::io_context ioc;
            asio::co_spawn(ioc, ask(server.url(), held), asio::detached);
            for (int i = 0; i != steps; ++i)
                ioc.poll_one();
            BOOST_TEST(held.use_count() > 1);
        }
        BOOST_TEST(held.use_count() == 1, "after " << steps << " steps");
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_owns_its_client_goes_with_its_context_while_it_waits)
{
    asio::io_context elsewhere;
    scripted_server server{elsewhere};
    auto const held = std::make_shared<int>();
    run(elsewhere, [&]() -> asio::awaitable<void> {
        asio::io_context ioc;
        asio::co_spawn(ioc, ask(server.url(), held), asio::detached);
        bool asked = false;
        asio::co_spawn(elsewhere, read_one(server, asked), asio::detached);
        while (!asked) {
            ioc.poll();
            co_await asio::post(elsewhere, asio::use_awaitable);
        }
        BOOST_TEST(held.use_count() > 1);
    }());
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_request_that_starts_after_its_client_has_gone_is_aborted)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto late = here.c->async_types();
        here.c.reset();
        auto const [ec, all] = co_await std::move(late)(completion);
        BOOST_TEST(ec == asio::error::operation_aborted);
    }());
}

BOOST_AUTO_TEST_CASE(requests_of_too_many_bytes_are_refused_until_others_have_ended)
{
    site here{{.max_in_flight = 2, .max_waiting_bytes = 3500}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        event const large{.type = "t", .message = std::string(1000, 'x')};
        std::vector<outcome> made(6);
        asio::cancellation_signal signal;
        auto const begin = [&](std::size_t i) {
            here.c->async_publish(
                large,
                asio::bind_cancellation_slot(
                    signal.slot(), [&each = made[i]](error_code ec, receipt) { each.ec = ec; }));
        };
        auto const end = [&](std::size_t i) -> asio::awaitable<error_code> {
            while (!made[i].ec)
                co_await asio::post(here.ioc, asio::use_awaitable);
            co_return *made[i].ec;
        };
        // Two are sent and one waits; the slot is the last one's.
        for (std::size_t i = 0; i != 3; ++i)
            begin(i);
        std::optional<error_code> fourth;
        here.c->async_publish(large, [&](error_code ec, receipt const&) { fourth = ec; });
        while (!fourth)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(fourth.value() == asio::error::no_buffer_space);

        signal.emit(asio::cancellation_type::total);
        BOOST_TEST((co_await end(2)) == asio::error::operation_aborted);
        begin(3);
        {
            auto socket = co_await here.server.accept();
            boost::beast::flat_buffer buffer;
            for (int i = 0; i != 2; ++i)
                co_await scripted_server::read(socket, buffer);
            co_await scripted_server::write(socket, accepted(1));
            BOOST_TEST(!(co_await end(0)));
            begin(4);
            co_await scripted_server::read(socket, buffer);
        }
        // Lost with the connection: those that were sent.
        BOOST_TEST((co_await end(1)).failed());
        BOOST_TEST((co_await end(3)).failed());
        begin(5);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        for (int i = 0; i != 2; ++i)
            co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, accepted(2) + accepted(3));
        BOOST_TEST(!(co_await end(4)));
        BOOST_TEST(!(co_await end(5)));
    }());
}

BOOST_AUTO_TEST_CASE(a_request_above_the_bound_on_bytes_goes_alone)
{
    site here{{.max_waiting_bytes = 1}};
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<outcome> made(2);
        for (auto& each : made)
            publish(*here.c, each);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        co_await scripted_server::write(socket, accepted(1));
        while (!made[0].ec || !made[1].ec)
            co_await asio::post(here.ioc, asio::use_awaitable);
        BOOST_TEST(!made[0].ec.value());
        BOOST_TEST(made[1].ec.value() == asio::error::no_buffer_space);
    }());
}

BOOST_AUTO_TEST_CASE(destroying_the_client_ends_what_is_under_way)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        outcome made;
        publish(*here.c, made);
        auto socket = co_await here.server.accept();
        boost::beast::flat_buffer buffer;
        co_await scripted_server::read(socket, buffer);
        here.c.reset();
        char byte = 0;
        auto const [ec, bytes] =
            co_await socket.async_read_some(asio::buffer(&byte, 1), completion);
        BOOST_TEST(ec.failed());
        BOOST_TEST(made.ec.value() == asio::error::operation_aborted);
    }());
}

BOOST_AUTO_TEST_SUITE_END()
