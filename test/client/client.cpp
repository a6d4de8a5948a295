// The client against a real server.
#include <thump/client.hpp>

#include <thump/broker.hpp>
#include <thump/catalog.hpp>
#include <thump/server.hpp>
#include <thump/types.hpp>

#include <client/run.hpp>
#include <support/print.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;
using namespace thump::test;
using boost::system::error_code;

// Named, since GCC 12 mistreats aggregates that are made in an expression with `co_await`.
event const plain{.type = "t"};
event const failure{.type = "task.failed"};

struct site {
    asio::io_context ioc;
    broker b{ioc.get_executor()};
    server srv{b, {.listen = "127.0.0.1:0"}};
    client c{ioc.get_executor(), {.url = "http://" + srv.address()}};
};

asio::awaitable<stream_record> next(stream& s)
{
    auto [ec, record] = co_await s.async_receive(completion);
    BOOST_TEST_REQUIRE(!ec, ec.message() << ": " << s.failure().detail);
    co_return std::move(record);
}

// What is no completion token is refused where it is given, not somewhere within Asio.
template <class Token>
concept asks_with = requires(client& c, Token token)
{
    c.async_types(token);
};
template <class Token>
concept asks_for_more_with = requires(client& c, error& why, Token token)
{
    c.async_types(why, token);
};
// Without a token, what is returned can be awaited.
static_assert(asio::is_async_operation<decltype(std::declval<client&>().async_types())>());
static_assert(asio::is_async_operation<
              decltype(std::declval<client&>().async_types(std::declval<error&>()))>());
static_assert(asks_with<asio::deferred_t> && asks_for_more_with<asio::deferred_t>);
static_assert(!asks_with<int> && !asks_for_more_with<int>);
static_assert(!asks_with<void (*)(error_code, receipt)>);

}   // namespace

BOOST_AUTO_TEST_SUITE(client_handle)

BOOST_AUTO_TEST_CASE(a_published_event_reaches_a_stream_with_the_receipts_number)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s = here.c.subscribe(
            {.subscription = {.types = {"task.*"}, .where = {{"node_id", {"n1"}}}, .name = "me"}});
        BOOST_TEST(std::holds_alternative<stream_connected>(co_await next(s)));
        co_await here.c.async_publish(failure);
        event e{.type = "task.failed", .id = "x", .message = "\n\"", .data = R"({"n":1.0})"};
        e.metadata.emplace("node_id", "n1");
        auto const given = co_await here.c.async_publish(e, asio::use_awaitable);
        BOOST_TEST(given.id == "x");
        BOOST_TEST(given.seq == 2u);

        auto const record = co_await next(s);
        BOOST_TEST_REQUIRE(std::holds_alternative<received_event>(record));
        auto const& got = std::get<received_event>(record).event;
        BOOST_TEST(got.seq == 2u);
        BOOST_TEST(got.message == e.message);
        BOOST_TEST((got.metadata == e.metadata));
        BOOST_TEST(got.data == e.data);
    }());
}

BOOST_AUTO_TEST_CASE(a_batch_keeps_its_order)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<event> batch;
        for (int i = 0; i != 50; ++i)
            batch.push_back({.type = "t", .id = std::to_string(i)});
        auto const given = co_await here.c.async_publish_batch(batch, asio::use_awaitable);
        BOOST_TEST(given.epoch == here.b.epoch());
        BOOST_TEST(given.accepted == 50u);
        BOOST_TEST(given.refused == 0u);
        for (std::size_t i = 0; i != 50; ++i) {
            BOOST_TEST(given.events.at(i).value().id == std::to_string(i));
            BOOST_TEST(given.events.at(i).value().seq == i + 1);
        }
    }());
}

BOOST_AUTO_TEST_CASE(many_requests_at_once_are_answered_in_their_order)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<std::uint64_t> seqs;
        for (int i = 0; i != 500; ++i)
            here.c.async_publish({.type = "t"}, [&](error_code ec, receipt const& r) {
                BOOST_TEST(!ec);
                seqs.push_back(r.seq);
            });
        auto const last = co_await here.c.async_publish(plain, asio::use_awaitable);
        BOOST_TEST(last.seq == 501u);
        BOOST_TEST_REQUIRE(seqs.size() == 500u);
        for (std::size_t i = 0; i != seqs.size(); ++i)
            BOOST_TEST(seqs[i] == i + 1);
    }());
}

BOOST_AUTO_TEST_CASE(a_refused_event_is_named_with_its_place)
{
    asio::io_context ioc;
    broker b{ioc.get_executor(), {.strict_catalog = true}};
    server srv{b, {.listen = "127.0.0.1:0"}};
    client c{ioc.get_executor(), {.url = "http://" + srv.address()}};
    run(ioc, [&]() -> asio::awaitable<void> {
        error why;
        auto const [ec, given] = co_await c.async_publish(plain, why, completion);
        BOOST_TEST(ec == make_error_code(errc::unknown_type));
        BOOST_TEST(why.code == ec);
        BOOST_TEST(!why.detail.empty());
        std::vector<event> const batch{{.type = types::task_failed}, {.type = "no spaces"}};
        auto const [wrong, none] = co_await c.async_publish_batch(batch, why, completion);
        BOOST_TEST(wrong == make_error_code(errc::invalid_type));
        BOOST_TEST(why.index.value() == 1u);
        BOOST_TEST(why.pointer == "/type");
        BOOST_TEST(b.stats().published == 0u);
        co_await c.async_publish(failure, why, asio::use_awaitable);
        BOOST_TEST(!why.code);
    }());
}

BOOST_AUTO_TEST_CASE(catalog_totals_and_subscribers_are_those_of_the_server)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        auto s =
            here.c.subscribe({.subscription = {.types = {"task.*"}, .queue = 7, .name = "me"}});
        co_await next(s);
        co_await here.c.async_publish(failure, asio::use_awaitable);
        co_await next(s);

        auto const all = co_await here.c.async_types(asio::use_awaitable);
        BOOST_TEST(!all.strict);
        BOOST_TEST_REQUIRE(all.types.size() == catalog().size());
        BOOST_TEST(all.types[0].type == catalog()[0].type);
        BOOST_TEST(all.types[0].metadata.at(0).first == catalog()[0].keys[0].name);

        auto const figures = co_await here.c.async_stats(asio::use_awaitable);
        BOOST_TEST(figures.totals.epoch == here.b.epoch());
        BOOST_TEST(figures.totals.published == 1u);
        BOOST_TEST(figures.totals.subscribers == 1u);
        BOOST_TEST(figures.totals.history_bytes > 0u);
        BOOST_TEST(figures.totals.ledger.balanced());
        BOOST_TEST(figures.connections == 2u);

        auto const found = co_await here.c.async_subscribers(asio::use_awaitable);
        BOOST_TEST_REQUIRE(found.subscribers.size() == 1u);
        auto const& one = found.subscribers[0];
        BOOST_TEST(one.name == "me");
        BOOST_TEST(one.filter == "task.*");
        BOOST_TEST(one.queue == 7u);
        BOOST_TEST(one.transport == "websocket");
        BOOST_TEST(one.ledger.delivered == 1u);
    }());
}

BOOST_AUTO_TEST_CASE(remote_totals_are_those_of_the_broker)
{
    site here;
    auto slow = here.b.subscribe({.types = {"t"}, .queue = 2});
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<event> const batch(6, plain);
        co_await here.c.async_publish_batch(batch, asio::use_awaitable);
        error_code ec;
        BOOST_TEST(slow.try_receive(ec).has_value());
        auto const figures = co_await here.c.async_stats(asio::use_awaitable);
        BOOST_TEST((figures.totals == here.b.stats()));
        BOOST_TEST(figures.totals.queue_full == 4u);
        BOOST_TEST(figures.totals.oldest_seq == 1u);
    }());
}

BOOST_AUTO_TEST_CASE(a_page_of_history_tells_its_place)
{
    site here;
    run(here.ioc, [&]() -> asio::awaitable<void> {
        std::vector<event> const batch(6, plain);
        co_await here.c.async_publish_batch(batch, asio::use_awaitable);
        history_query query{.since = at_sequence{2}, .limit = 2};
        auto const some = co_await here.c.async_history(query, asio::use_awaitable);
        BOOST_TEST(some.events.size() == 2u);
        BOOST_TEST(some.first_seq == 3u);
        BOOST_TEST(some.last_seq == 4u);
        BOOST_TEST((some.cursor == cursor{here.b.epoch(), 4}));
        BOOST_TEST(some.more);

        query.types = {"another"};
        auto const none = co_await here.c.async_history(query, asio::use_awaitable);
        BOOST_TEST(none.events.empty());
        BOOST_TEST(none.first_seq == 2u);
        BOOST_TEST(none.last_seq == 2u);
        BOOST_TEST((none.cursor == cursor{here.b.epoch(), 6}));
        BOOST_TEST(!none.more);
    }());
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_named)
{
    asio::io_context ioc;
    client c{ioc.get_executor(), {.url = "http://127.0.0.1:1"}};
    run(ioc, [&]() -> asio::awaitable<void> {
        error why;
        auto const [ec, given] = co_await c.async_publish(plain, why, completion);
        BOOST_TEST(ec == asio::error::connection_refused);
        BOOST_TEST(why.detail.starts_with("127.0.0.1:1: "));
    }());
}

BOOST_AUTO_TEST_CASE(any_completion_token_does)
{
    asio::io_context ioc;
    broker b{ioc.get_executor()};
    server srv{b, {.listen = "127.0.0.1:0"}};
    client c{ioc.get_executor(), {.url = "http://" + srv.address()}};
    auto const work = asio::make_work_guard(ioc);
    std::thread runner{[&] { ioc.run(); }};
    auto s = c.subscribe();
    auto const hello = s.async_receive(asio::use_future).get();
    auto const given = c.async_publish({.type = "t"}, asio::use_future).get();
    auto const record = s.async_receive(asio::use_future).get();
    ioc.stop();
    runner.join();
    BOOST_TEST(std::holds_alternative<stream_connected>(hello));
    BOOST_TEST(given.seq == 1u);
    BOOST_TEST(std::get<received_event>(record).event.seq == 1u);
}

BOOST_AUTO_TEST_CASE(options_out_of_their_range_are_refused)
{
    asio::io_context ioc;
    auto const ex = ioc.get_executor();
    using std::chrono::milliseconds;
    BOOST_CHECK_THROW((client{ex, {.url = "https://h"}}), std::invalid_argument);
    BOOST_CHECK_THROW((client{ex, {.token = "a\r\nb"}}), std::invalid_argument);
    BOOST_CHECK_THROW((client{ex, {.max_in_flight = 0}}), std::invalid_argument);
    BOOST_CHECK_THROW((client{ex, {.retry_first = milliseconds{2}, .retry_most = milliseconds{1}}}),
                      std::invalid_argument);
    for (auto const wrong : {milliseconds{0}, milliseconds{-1}, milliseconds::max(),
                             milliseconds{std::chrono::hours{24 * 366 + 1}}}) {
        BOOST_CHECK_THROW((client{ex, {.connect_timeout = wrong}}), std::invalid_argument);
        BOOST_CHECK_THROW((client{ex, {.request_timeout = wrong}}), std::invalid_argument);
        BOOST_CHECK_THROW((client{ex, {.idle_timeout = wrong}}), std::invalid_argument);
        BOOST_CHECK_THROW((client{ex, {.retry_most = wrong}}), std::invalid_argument);
    }
    BOOST_CHECK_NO_THROW((client{ex, {.request_timeout = std::chrono::hours{24 * 366}}}));
    BOOST_CHECK_THROW((client{ex, {.max_waiting_bytes = 0}}), std::invalid_argument);
    client c{ex};
    BOOST_CHECK_THROW((void)c.subscribe({.read_ahead = 0}), std::invalid_argument);
    BOOST_CHECK_THROW((void)c.subscribe({.max_rate = 0.0}), std::invalid_argument);
    BOOST_CHECK_THROW((void)c.subscribe({.max_rate = -1.0}), std::invalid_argument);
}

// In a query the first would stand for two patterns, and the second for no condition at all.
BOOST_AUTO_TEST_CASE(filters_that_no_query_can_say_are_refused)
{
    asio::io_context ioc;
    client c{ioc.get_executor()};
    std::vector<std::string> const joined{"a.b,c.d"};
    std::vector<metadata_condition> const no_value{{"region", {}}};
    BOOST_CHECK_THROW((void)c.subscribe({.subscription = {.types = joined}}),
                      std::invalid_argument);
    BOOST_CHECK_THROW((void)c.subscribe({.subscription = {.where = no_value}}),
                      std::invalid_argument);
    time_back const negative{std::chrono::seconds{-1}};
    BOOST_CHECK_THROW((void)c.subscribe({.subscription = {.since = negative}}),
                      std::invalid_argument);
    for (history_query const& query :
         {history_query{.types = joined}, history_query{.where = no_value},
          history_query{.since = negative}, history_query{.until = time_point{INT64_MAX, 0}}}) {
        error why;
        std::optional<error_code> ended;
        c.async_history(query, why, [&](error_code ec, history_page const&) { ended = ec; });
        ioc.restart();
        ioc.run();
        BOOST_TEST(ended.value() == make_error_code(errc::invalid_parameter));
        BOOST_TEST(!why.detail.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
