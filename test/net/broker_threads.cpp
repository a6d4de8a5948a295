// One broker, many threads.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;
using boost::system::error_code;

// Publishes until the intake has room.
void publish_for_certain(thump::broker& b, event const& e)
{
    while (b.publish(e) == errc::intake_full)
        std::this_thread::yield();
}

event numbered(int thread, int index)
{
    return {.type = std::to_string(thread), .message = std::to_string(index)};
}

// Whether the events of every publisher, told apart by type, come in the order of their numbers.
bool in_order_of_each_publisher(std::vector<delivery> const& got)
{
    metadata next;
    for (auto const& d : got) {
        auto const* const e = d.as_event();
        if (!e) return false;
        auto& expected = next.try_emplace(e->type, "0").first->second;
        if (e->message != expected) return false;
        expected = std::to_string(std::stoi(expected) + 1);
    }
    return true;
}

// Eight threads publish, four subscribers get one and the same order.
void check_one_order(asio::io_context& context, thump::broker& broker, int context_threads)
{
    static constexpr int publishers = 8;
    static constexpr int each = 1500;
    std::deque<test::collector> subscribers;
    for (int i = 0; i < 4; ++i)
        subscribers.emplace_back(broker.subscribe({.queue = publishers * each})).start();
    test::running running{context, context_threads};

    std::vector<std::thread> threads;
    for (int t = 0; t < publishers; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < each; ++i)
                publish_for_certain(broker, numbered(t, i));
        });
    for (auto& thread : threads)
        thread.join();
    broker.stop();
    running.finish();

    std::vector<std::uint64_t> expected;
    for (std::uint64_t seq = 1; seq <= publishers * each; ++seq)
        expected.push_back(seq);
    for (auto const& s : subscribers) {
        BOOST_TEST((s.seqs() == expected));
        BOOST_TEST(in_order_of_each_publisher(s.got));
        BOOST_TEST(s.end == errc::end_of_stream);
    }
}

struct fixture {
    asio::io_context context;
    thump::broker broker{context.get_executor()};
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(broker_threads, fixture)

BOOST_AUTO_TEST_CASE(eight_publishers_make_one_order_for_every_subscriber)
{
    check_one_order(context, broker, 2);
}

BOOST_AUTO_TEST_CASE(context_of_one_thread_is_a_strand)
{
    asio::io_context of_one_thread{1};
    thump::broker b{of_one_thread.get_executor(), {.implicit_strand = true}};
    check_one_order(of_one_thread, b, 1);
}

BOOST_AUTO_TEST_CASE(strand_that_is_given_is_taken_as_it_is)
{
    thump::broker b{asio::make_strand(context), {.implicit_strand = true}};
    check_one_order(context, b, 2);
}

BOOST_AUTO_TEST_CASE(subscriber_sees_what_its_thread_publishes_next)
{
    test::running context_threads{context, 2};
    std::atomic<bool> done{false};
    std::vector<std::thread> load;
    for (int t = 0; t < 2; ++t)
        load.emplace_back([&] {
            while (!done)
                publish_for_certain(broker, {.type = "load"});
        });

    for (int round = 0; round < 300; ++round) {
        auto const mine = std::to_string(round);
        auto s = broker.subscribe({.types = {"mine"}});
        publish_for_certain(broker, {.type = "mine", .id = mine});
        auto future = s.async_receive(asio::use_future);
        BOOST_TEST_REQUIRE((future.wait_for(test::patience) == std::future_status::ready));
        auto const got = future.get();
        BOOST_TEST_REQUIRE(got.is_event());
        BOOST_TEST_REQUIRE(got.as_event()->id == mine);
    }
    done = true;
    for (auto& thread : load)
        thread.join();
}

BOOST_AUTO_TEST_CASE(stop_amid_publishing_delivers_exactly_what_was_accepted)
{
    for (int round = 0; round < 20; ++round) {
        thump::broker b{context.get_executor()};
        test::collector c{b.subscribe({.queue = 1'000'000, .queue_bytes = std::size_t{1} << 30})};
        c.start();
        context.restart();
        test::running context_threads{context, 2};
        std::atomic<std::uint64_t> accepted{0};
        std::atomic<std::uint64_t> refused{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t)
            threads.emplace_back([&] {
                for (error_code ec; ec != errc::stopped;) {
                    ec = b.publish({.type = "t"});
                    ++(ec ? refused : accepted);
                }
            });
        test::wait_until([&] { return accepted.load() > 100; });
        threads.emplace_back([&] { b.stop(); });
        b.stop();
        for (auto& thread : threads)
            thread.join();
        context_threads.finish();

        BOOST_TEST(c.end == errc::end_of_stream);
        BOOST_TEST(c.got.size() == accepted);
        BOOST_TEST(b.stats().published == accepted);
        BOOST_TEST(b.stats().refused == refused);
        BOOST_TEST(c.from.ledger() == (ledger{.matched = accepted, .delivered = accepted}));
    }
}

BOOST_AUTO_TEST_CASE(totals_balance_while_subscribers_come_and_go)
{
    test::running context_threads{context, 2};
    std::atomic<int> busy{3};
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        for (int i = 0; i < 5000; ++i)
            publish_for_certain(broker, numbered(0, i));
        --busy;
    });
    for (int t = 0; t < 2; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                auto s = broker.subscribe({.queue = 3});
                s.async_receive([](error_code, delivery) {});
                error_code ec;
                while (s.try_receive(ec)) {
                }
            }
            --busy;
        });

    std::uint64_t seen = 0;
    bool balanced = true;
    bool ascending = true;
    while (busy > 0) {
        auto const now = broker.stats();
        balanced = balanced && now.ledger.balanced();
        ascending = ascending && now.ledger.matched >= seen;
        seen = now.ledger.matched;
    }
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(balanced);
    BOOST_TEST(ascending);
    BOOST_TEST(broker.subscriber_count() == 0u);
}

BOOST_AUTO_TEST_CASE(receives_under_way_complete_in_order_on_a_strand)
{
    static constexpr std::uint64_t events = 20'000;
    static constexpr int under_way = 3;
    auto s = broker.subscribe({.queue = events});
    auto const strand = asio::make_strand(context);
    std::uint64_t last = 0;
    bool ascending = true;
    std::function<void()> const receive = [&] {
        s.async_receive(asio::bind_executor(strand, [&](error_code ec, delivery d) {
            if (ec) return;
            ascending = ascending && d.is_event() && d.as_event()->seq == ++last;
            receive();
        }));
    };
    for (int i = 0; i < under_way; ++i)
        receive();
    test::running context_threads{context, 2};
    for (std::uint64_t i = 0; i < events; ++i)
        publish_for_certain(broker, {.type = "t"});
    broker.stop();
    context_threads.finish();
    BOOST_TEST(ascending);
    BOOST_TEST(last == events);
}

BOOST_AUTO_TEST_CASE(several_threads_share_one_subscription)
{
    static constexpr int events = 5000;
    auto s = broker.subscribe({.queue = events});
    test::running context_threads{context, 2};
    std::atomic<std::uint64_t> received{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            for (error_code ec; !ec;)
                if (s.try_receive(ec))
                    ++received;
                else
                    std::this_thread::yield();
        });
    for (int i = 0; i < events; ++i)
        publish_for_certain(broker, {.type = "t"});
    broker.stop();
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(received == std::uint64_t{events});
}

BOOST_AUTO_TEST_SUITE_END()
