// Batches that are published inside the process.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;
using test::settle;
using test::take_all;

std::vector<event> numbered(std::size_t count, std::string const& type = "t")
{
    std::vector<event> events;
    for (std::size_t i = 0; i < count; ++i)
        events.push_back({.type = type, .message = std::to_string(i)});
    return events;
}

std::vector<event_ptr> take_events(subscription& s)
{
    std::vector<event_ptr> events;
    boost::system::error_code ec;
    while (auto const next = s.try_receive(ec))
        if (next->is_event()) events.push_back(next->share());
    return events;
}

struct fixture {
    asio::io_context context;
    thump::broker broker{context.get_executor()};   // the intake takes a hundred
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(broker_batch, fixture)

BOOST_AUTO_TEST_CASE(batch_is_published_in_its_order)
{
    auto s = broker.subscribe({.queue = 1000});
    auto const events = numbered(77);
    auto const admitted = broker.publish_batch(events);
    BOOST_TEST(admitted.accepted == 77u);
    BOOST_TEST(!admitted.ec);
    settle(context);
    auto const got = take_events(s);
    BOOST_TEST_REQUIRE(got.size() == events.size());
    std::set<std::string> ids;
    for (std::size_t i = 0; i < got.size(); ++i) {
        BOOST_TEST(got[i]->seq == i + 1);
        BOOST_TEST(got[i]->message == events[i].message);
        BOOST_TEST((got[i]->timestamp == got[0]->timestamp));
        BOOST_TEST(ids.insert(got[i]->id).second);
    }
    BOOST_TEST(events[0].message == "0");   // copies were published
}

BOOST_AUTO_TEST_CASE(empty_batch_is_nothing)
{
    auto const admitted = broker.publish_batch({});
    BOOST_TEST(admitted.accepted == 0u);
    BOOST_TEST(!admitted.ec);
    settle(context);
    BOOST_TEST(broker.stats().published == 0u);
}

BOOST_AUTO_TEST_CASE(one_bad_event_and_none_is_accepted)
{
    auto events = numbered(40);
    events[35].type = "not a type";
    auto const admitted = broker.publish_batch(events);
    BOOST_TEST(admitted.accepted == 0u);
    BOOST_TEST(admitted.ec == errc::invalid_type);
    BOOST_TEST(admitted.index == 35u);
    BOOST_TEST(broker.stats().intake_size == 0u);
    BOOST_TEST(broker.stats().refused == 0u);
}

BOOST_AUTO_TEST_CASE(full_intake_takes_the_beginning_and_counts_the_rest)
{
    auto s = broker.subscribe({.queue = 1000});
    BOOST_TEST(!broker.publish({.type = "first"}));
    auto const events = numbered(150);
    auto admitted = broker.publish_batch(events);
    BOOST_TEST(admitted.accepted == 99u);
    BOOST_TEST(admitted.ec == errc::intake_full);
    BOOST_TEST(admitted.index == 99u);
    BOOST_TEST(broker.stats().refused == 51u);
    admitted = broker.publish_batch(events);
    BOOST_TEST(admitted.accepted == 0u);
    BOOST_TEST(broker.stats().refused == 201u);
    settle(context);

    BOOST_TEST(!broker.publish_batch(std::span{events}.subspan(99)).ec);
    settle(context);
    auto const got = take_events(s);
    BOOST_TEST_REQUIRE(got.size() == 151u);
    for (std::size_t i = 0; i < events.size(); ++i)
        BOOST_TEST(got[i + 1]->message == events[i].message);
}

BOOST_AUTO_TEST_CASE(stopped_broker_refuses_all_of_it)
{
    broker.stop();
    auto const admitted = broker.publish_batch(numbered(3));
    BOOST_TEST(admitted.accepted == 0u);
    BOOST_TEST(admitted.ec == errc::stopped);
    BOOST_TEST(admitted.index == 0u);
    BOOST_TEST(broker.stats().refused == 3u);
}

BOOST_AUTO_TEST_CASE(event_whose_id_was_seen_is_published_once)
{
    thump::broker b{context.get_executor(), {.dedup_window = std::chrono::minutes{1}}};
    auto s = b.subscribe();
    auto events = numbered(3);
    events[0].id = events[2].id = "same";
    BOOST_TEST(b.publish_batch(events).accepted == 3u);
    settle(context);
    BOOST_TEST(take_all(s) == "1 2");
    BOOST_TEST(b.stats().duplicates == 1u);
}

// By these two CloudEvents tells events apart.
BOOST_AUTO_TEST_CASE(events_of_one_id_and_two_sources_are_two)
{
    thump::broker b{context.get_executor(),
                    {.default_source = "/here", .dedup_window = std::chrono::minutes{1}}};
    auto s = b.subscribe();
    auto events = numbered(4);
    for (auto& e : events)
        e.id = "1";
    events[1].source = "/there";
    events[2].source = "/here";
    events[3].source = "/there";
    BOOST_TEST(b.publish_batch(events).accepted == 4u);
    settle(context);
    BOOST_TEST(take_all(s) == "1 2");
    BOOST_TEST(b.stats().duplicates == 2u);
}

BOOST_AUTO_TEST_CASE(batches_of_many_threads_each_keep_their_order)
{
    static constexpr std::size_t publishers = 4;
    static constexpr std::size_t each = 3000;
    test::collector c{broker.subscribe({.queue = publishers * each})};
    c.start();
    test::running context_threads{context, 2};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < publishers; ++t)
        threads.emplace_back([&, t] {
            auto const events = numbered(each, std::to_string(t));
            for (std::span<event const> left{events}; !left.empty();) {
                auto const size = std::min(left.size(), 1 + left.size() % 70);
                auto const admitted = broker.publish_batch(left.first(size));
                left = left.subspan(admitted.accepted);
                if (admitted.ec) std::this_thread::yield();
            }
        });
    for (auto& thread : threads)
        thread.join();
    broker.stop();
    context_threads.finish();

    BOOST_TEST_REQUIRE(c.got.size() == publishers * each);
    std::vector<std::size_t> next(publishers);
    for (std::size_t i = 0; i < c.got.size(); ++i) {
        auto const* const e = c.got[i].as_event();
        BOOST_TEST_REQUIRE(e);
        BOOST_TEST_REQUIRE(e->seq == i + 1);
        BOOST_TEST_REQUIRE(e->message == std::to_string(next[std::stoul(e->type)]++));
    }
}

BOOST_AUTO_TEST_SUITE_END()
