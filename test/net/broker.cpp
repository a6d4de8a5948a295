#include <thump/broker.hpp>

#include <thump/types.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/random_seed.hpp>
#include <support/run.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

// A token that asks for the executor of what it is an operation of, as `cancel_after` of later
// versions of Asio does.
struct asks_for_executor {};

}   // namespace

template <class Signature>
struct boost::asio::async_result<asks_for_executor, Signature> {
    template <class Initiation, class... Args>
    static auto initiate(Initiation begin, asks_for_executor, Args&&...)
    {
        if constexpr (requires { typename Initiation::executor_type; })
            return typename Initiation::executor_type{begin.get_executor()};
    }
};

namespace {

namespace asio = boost::asio;
using namespace thump;
using boost::system::error_code;
using test::settle;
using test::take_all;

struct fixture {
    asio::io_context context;

    thump::broker make(broker_options options = {})
    {
        return thump::broker{context.get_executor(), std::move(options)};
    }

    // Publishes, and lets the broker have its turn.
    error_code publish(thump::broker& b, event e = {.type = "task.failed"})
    {
        auto const ec = b.publish(std::move(e));
        settle(context);
        return ec;
    }

    // The next event that `s` has, which must be there.
    event_ptr next(subscription& s)
    {
        error_code ec;
        auto const got = s.try_receive(ec);
        BOOST_TEST_REQUIRE((got && got->is_event()));
        return got->share();
    }
};

// The error that a subscription with these options leads to.
error_code fault_of(thump::broker& b, subscription_options options)
{
    error_code ec;
    auto const s = b.subscribe(std::move(options), ec);
    BOOST_TEST(static_cast<bool>(s) == !ec);
    return ec;
}

}   // namespace

BOOST_FIXTURE_TEST_SUITE(broker_, fixture)

BOOST_AUTO_TEST_CASE(token_can_ask_for_the_executor)
{
    auto b = make();
    auto s = b.subscribe();
    constexpr asks_for_executor token;
    BOOST_TEST((b.async_publish({.type = "t"}, token) == b.get_executor()));
    BOOST_TEST((s.async_receive(token) == s.get_executor()));
    BOOST_TEST((s.async_wait(token) == b.get_executor()));
    BOOST_TEST((subscription{}.async_wait(token) == asio::system_executor{}));
}

// ---------------------------------------------------------------- publishing

BOOST_AUTO_TEST_CASE(events_get_one_order_without_a_hole)
{
    auto b = make();
    auto s = b.subscribe();
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(!publish(b, {.type = "t", .seq = 99}));
    BOOST_TEST(take_all(s) == "1 2 3 4 5 6 7 8 9 10");
    BOOST_TEST(b.stats().last_seq == 10u);
    BOOST_TEST(b.stats().published == 10u);
}

BOOST_AUTO_TEST_CASE(event_arrives_as_it_was_published)
{
    auto b = make({.default_source = "/default"});
    auto s = b.subscribe();
    publish(b, {.type = types::task_failed,
                .id = "evt-123",
                .timestamp = time_point{-1, 5},
                .message = "image not found",
                .metadata = {{"task_id", "t1"}, {"error", ""}},
                .source = "/cluster/1",
                .data = R"([1.0, 1e3])"});
    auto const e = next(s);
    BOOST_TEST(e->type == "task.failed");
    BOOST_TEST(e->id == "evt-123");
    BOOST_TEST((e->timestamp == time_point{-1, 5}));
    BOOST_TEST(e->message == "image not found");
    BOOST_TEST((e->metadata == metadata{{"error", ""}, {"task_id", "t1"}}));
    BOOST_TEST(e->source == "/cluster/1");
    BOOST_TEST(e->data == "[1.0, 1e3]");
}

BOOST_AUTO_TEST_CASE(what_the_publisher_leaves_out_is_filled_in)
{
    auto b = make({.default_source = "/default"});
    auto s = b.subscribe();
    auto const before = time_point::now();
    publish(b);
    publish(b);
    auto const first = next(s);
    auto const second = next(s);
    BOOST_TEST(first->id.size() == 36u);
    BOOST_TEST(first->id < second->id);
    BOOST_TEST((before <= first->timestamp && first->timestamp <= time_point::now()));
    BOOST_TEST(first->source == "/default");
}

BOOST_AUTO_TEST_CASE(event_that_is_refused_is_left_as_it_was)
{
    thump::broker b{context.get_executor(), {.intake_capacity = 1, .default_source = "/here"}};
    event const original{.type = "t", .message = std::string(100, 'm'), .metadata = {{"k", "v"}}};
    auto e = original;
    BOOST_TEST(!b.publish(event{original}));
    for (int i = 0; i != 2; ++i) {
        BOOST_TEST(b.publish(std::move(e)) == errc::intake_full);
        BOOST_TEST(e.type == original.type);
        BOOST_TEST(e.message == original.message);
        BOOST_TEST((e.metadata == original.metadata));
        BOOST_TEST(!e.timestamp.has_value());
        BOOST_TEST(e.source == "");
    }
    settle(context);
    BOOST_TEST(!b.publish(std::move(e)));
    BOOST_TEST(b.stats().refused == 2u);
}

BOOST_AUTO_TEST_CASE(full_intake_refuses_exactly_at_capacity_and_counts)
{
    for (std::size_t const capacity : {1u, 2u, 100u, 1000u}) {
        auto b = make({.intake_capacity = capacity});
        auto s = b.subscribe({.queue = 10'000});
        for (std::size_t i = 0; i < capacity; ++i)
            BOOST_TEST_REQUIRE(!b.publish({.type = "t"}));
        BOOST_TEST(b.stats().intake_size == capacity);
        BOOST_TEST(b.publish({.type = "t"}) == errc::intake_full);
        BOOST_TEST(b.publish({.type = "t"}) == errc::intake_full);
        BOOST_TEST(b.stats().refused == 2u);
        BOOST_TEST(b.stats().published == 0u);
        settle(context);
        BOOST_TEST(b.stats().published == capacity);
        BOOST_TEST(b.stats().intake_size == 0u);
        BOOST_TEST(!b.publish({.type = "t"}));
        settle(context);
        BOOST_TEST(s.ledger().queued == capacity + 1);
    }
}

BOOST_AUTO_TEST_CASE(intake_is_a_hundred_and_a_queue_fifty_unless_asked)
{
    auto b = make();
    auto s = b.subscribe();
    BOOST_TEST(b.stats().intake_capacity == 100u);
    for (int i = 0; i < 100; ++i)
        BOOST_TEST_REQUIRE(!b.publish({.type = "t"}));
    BOOST_TEST(b.publish({.type = "t"}) == errc::intake_full);
    settle(context);
    BOOST_TEST(s.ledger() == (ledger{.matched = 100, .queued = 50, .dropped = 50}));
}

BOOST_AUTO_TEST_CASE(invalid_events_are_refused_with_what_is_wrong)
{
    auto b = make({.limits = {.max_event_bytes = 1000, .max_json_depth = 3}});
    std::pair<event, errc> const bad[] = {
        {{}, errc::invalid_type},
        {{.type = "a..b"}, errc::invalid_type},
        {{.type = std::string(256, 'a')}, errc::invalid_type},
        {{.type = "t", .id = std::string(256, 'i')}, errc::invalid_id},
        {{.type = "t", .id = "a\nb"}, errc::invalid_id},
        {{.type = "t", .timestamp = time_point{253'402'300'800, 0}}, errc::invalid_timestamp},
        {{.type = "t", .message = "\xff"}, errc::invalid_utf8},
        {{.type = "t", .metadata = {{"", "v"}}}, errc::invalid_metadata},
        {{.type = "t", .metadata = {{"k", "\xff"}}}, errc::invalid_utf8},
        {{.type = "t", .source = "a b"}, errc::invalid_source},
        {{.type = "t", .data = "{"}, errc::invalid_data},
        {{.type = "t", .data = "[[[[]]]]"}, errc::json_too_deep},
        {{.type = "t", .message = std::string(1000, 'm')}, errc::event_too_large},
    };
    for (auto const& [e, expected] : bad)
        BOOST_TEST(publish(b, e) == expected);
    BOOST_TEST(b.stats().published == 0u);
    BOOST_TEST(b.stats().refused == 0u);
}

BOOST_AUTO_TEST_CASE(strict_catalog_refuses_types_it_does_not_know)
{
    auto strict = make({.strict_catalog = true});
    BOOST_TEST(publish(strict, {.type = "task.lost"}) == errc::unknown_type);
    BOOST_TEST(!publish(strict, {.type = types::task_failed}));
    auto open = make();
    BOOST_TEST(!publish(open, {.type = "task.lost"}));
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused)
{
    broker_options const bad[] = {
        {.intake_capacity = 0},
        {.intake_capacity = 1'000'001},
        {.max_subscribers = 0},
        {.default_source = "a b"},
        {.limits = {.max_event_bytes = 255}},
        {.limits = {.max_event_bytes = (1u << 20) + 1}},
        {.limits = {.max_json_depth = 0}},
        {.limits = {.max_json_depth = 257}},
    };
    for (auto const& options : bad)
        BOOST_CHECK_THROW(make(options), std::invalid_argument);
    BOOST_CHECK_NO_THROW(make({.intake_capacity = 1'000'000}));
}

BOOST_AUTO_TEST_CASE(epochs_are_tokens_of_their_own)
{
    auto const one = make();
    auto const two = make();
    BOOST_TEST(one.epoch().size() == 16u);
    BOOST_TEST(one.epoch() != two.epoch());
    BOOST_TEST(one.stats().epoch == one.epoch());
}

// ---------------------------------------------------------------- async_publish

BOOST_AUTO_TEST_CASE(async_publish_tells_id_and_place)
{
    auto b = make();
    publish(b);
    std::optional<receipt> got;
    b.async_publish({.type = "t", .id = "mine"}, [&](error_code ec, receipt r) {
        BOOST_TEST(!ec);
        got = std::move(r);
    });
    BOOST_TEST(!got);   // never inside the call
    settle(context);
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(got->id == "mine");
    BOOST_TEST(got->seq == 2u);
}

BOOST_AUTO_TEST_CASE(async_publish_fails_as_publish_does)
{
    auto b = make({.intake_capacity = 1});
    std::vector<error_code> got;
    auto const note = [&](error_code ec, receipt) { got.push_back(ec); };
    b.async_publish({.type = "a..b"}, note);
    b.publish({.type = "t"});
    b.async_publish({.type = "t"}, note);
    BOOST_TEST(got.empty());
    settle(context);
    b.stop();
    b.async_publish({.type = "t"}, note);
    settle(context);
    BOOST_TEST_REQUIRE(got.size() == 3u);
    BOOST_TEST(got[0] == errc::invalid_type);
    BOOST_TEST(got[1] == errc::intake_full);
    BOOST_TEST(got[2] == errc::stopped);
}

BOOST_AUTO_TEST_CASE(async_publish_completes_where_the_handler_wants)
{
    asio::io_context other;
    auto b = make();
    int good = 0;
    auto const count = [&](error_code ec, receipt) { good += !ec; };
    b.async_publish({.type = "t"}, asio::bind_executor(other, count));
    b.async_publish({.type = "a..b"}, asio::bind_executor(other, count));
    settle(context);
    BOOST_TEST(good == 0);
    BOOST_TEST(other.poll() == 2u);
    BOOST_TEST(good == 1);
}

BOOST_AUTO_TEST_CASE(async_publish_completes_though_the_broker_stops)
{
    std::vector<std::uint64_t> seqs;
    {
        auto b = make();
        for (int i = 0; i < 50; ++i)
            b.async_publish({.type = "t"}, [&](error_code ec, receipt r) {
                BOOST_TEST(!ec);
                seqs.push_back(r.seq);
            });
    }
    settle(context);
    BOOST_TEST(seqs.size() == 50u);
    BOOST_TEST(seqs.back() == 50u);
}

// ---------------------------------------------------------------- subscribing

BOOST_AUTO_TEST_CASE(subscription_sees_what_it_asked_for)
{
    auto b = make();
    auto tasks = b.subscribe({.types = {"task.*"}});
    auto in_eu = b.subscribe({.where = {{"region", {"eu"}}}});
    auto both = b.subscribe({.types = {"task.*"}, .where = {{"region", {"eu"}}}});
    auto all = b.subscribe();
    publish(b, {.type = "task.failed", .metadata = {{"region", "eu"}}});
    publish(b, {.type = "task.failed"});
    publish(b, {.type = "node.down", .metadata = {{"region", "eu"}}});
    publish(b, {.type = "node.down"});
    BOOST_TEST(take_all(tasks) == "1 2");
    BOOST_TEST(take_all(in_eu) == "1 3");
    BOOST_TEST(take_all(both) == "1");
    BOOST_TEST(take_all(all) == "1 2 3 4");
    BOOST_TEST(tasks.ledger() == (ledger{.matched = 2, .delivered = 2}));
}

BOOST_AUTO_TEST_CASE(subscription_sees_nothing_from_before)
{
    auto b = make();
    publish(b);
    auto s = b.subscribe();
    publish(b);
    BOOST_TEST(take_all(s) == "2");
}

BOOST_AUTO_TEST_CASE(subscribers_share_one_event)
{
    auto b = make();
    auto one = b.subscribe();
    auto two = b.subscribe({.types = {"task.*"}});
    publish(b);
    BOOST_TEST(next(one) == next(two));
}

BOOST_AUTO_TEST_CASE(subscribers_are_counted)
{
    auto b = make();
    BOOST_TEST(b.subscriber_count() == 0u);
    auto one = b.subscribe();
    {
        auto const two = b.subscribe();
        BOOST_TEST(one.id() != two.id());
        BOOST_TEST(b.subscriber_count() == 2u);
        settle(context);
    }
    BOOST_TEST(b.subscriber_count() == 1u);
    b.unsubscribe(one);
    b.unsubscribe(one);
    BOOST_TEST(b.subscriber_count() == 0u);
    BOOST_TEST(b.stats().subscribers == 0u);
}

BOOST_AUTO_TEST_CASE(number_of_subscribers_is_bounded)
{
    auto b = make({.max_subscribers = 2});
    auto one = b.subscribe();
    auto two = b.subscribe();
    BOOST_TEST(fault_of(b, {}) == errc::too_many_subscribers);
    BOOST_CHECK_EXCEPTION((void)b.subscribe(), boost::system::system_error,
                          [](auto const& e) { return e.code() == errc::too_many_subscribers; });
    BOOST_TEST(b.subscriber_count() == 2u);
    one.unsubscribe();
    BOOST_TEST(!fault_of(b, {}));
}

BOOST_AUTO_TEST_CASE(bad_options_are_refused)
{
    auto b = make();
    subscription_options const bad[] = {
        {.types = {"a..b"}},
        {.where = {{"", {"v"}}}},
        {.queue = 0},
        {.queue = 1'000'001},
        {.queue_bytes = 0},
        {.overflow = overflow::latest, .key = ""},
        {.name = std::string(256, 'n')},
        {.name = "\xff"},
        {.name = "a\nb"},
        {.since = time_back{std::chrono::seconds{-1}}},
        {.since = time_back{std::chrono::seconds::min()}},
        {.until = time_back{std::chrono::seconds::max()}},
        {.since = time_point{INT64_MAX, 0}},
        {.until = time_point{0, 1'000'000'000}},
    };
    for (auto const& options : bad)
        BOOST_TEST(fault_of(b, options) == errc::invalid_parameter);
    BOOST_TEST(b.subscriber_count() == 0u);
    BOOST_TEST(!fault_of(b, {.queue = 1'000'000, .name = std::string(255, 'n')}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_an_option_is_said)
{
    auto b = make({.history = {.max_events = 0}});
    error why;
    BOOST_TEST(!b.subscribe({.types = {"a..b"}}, why));
    BOOST_TEST(why.detail == "type pattern 'a..b' has an empty token");
    BOOST_TEST(!b.subscribe({.overflow = overflow::catch_up}, why));
    BOOST_TEST(why.detail == "'overflow' is 'catch_up', but this broker keeps no history");
    BOOST_CHECK_EXCEPTION(
        (void)b.subscribe({.queue = 0}), boost::system::system_error, [](auto const& e) {
            return std::string{e.what()}.find("'queue' must be 1 to 1000000") != std::string::npos;
        });
    BOOST_TEST(static_cast<bool>(b.subscribe({}, why)));
    BOOST_TEST(!why.code);
    b.stop();
    BOOST_TEST(!b.subscribe({}, why));
    BOOST_TEST(why.code == errc::stopped);
    BOOST_TEST(why.detail == "the broker has stopped");
}

// ---------------------------------------------------------------- figures

BOOST_AUTO_TEST_CASE(totals_are_the_sum_of_all_ledgers_at_every_moment)
{
    auto const seed = test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        std::mt19937_64 random{seed};
        auto const below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        auto b = make();
        std::vector<subscription> live;
        ledger ended;
        std::uint64_t gaps = 0;
        for (int step = 0; step < 5000; ++step) {
            auto const dice = below(10);
            if (dice < 5) {
                publish(b, {.type = below(2) ? "a" : "b"});
            } else if (dice < 7 && live.size() < 8) {
                live.push_back(
                    b.subscribe({.types = {below(2) ? ">" : "a"},
                                 .queue = 1 + below(5),
                                 .overflow = below(2) ? overflow::drop_newest : overflow::latest}));
            } else if (!live.empty()) {
                auto& s = live[below(live.size())];
                error_code ec;
                auto const got = s.try_receive(ec);
                gaps += got && got->is_gap();
                if (dice == 9 && below(4) == 0) {
                    s.unsubscribe();
                    ended += s.ledger();
                    std::swap(s, live.back());
                    live.pop_back();
                }
            }
            auto sum = ended;
            for (auto const& s : live)
                sum += s.ledger();
            auto const totals = b.stats();
            BOOST_TEST_REQUIRE(totals.ledger == sum);
            BOOST_TEST_REQUIRE(totals.ledger.balanced());
            BOOST_TEST_REQUIRE(totals.gaps == gaps);
            BOOST_TEST_REQUIRE(totals.subscribers == live.size());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
