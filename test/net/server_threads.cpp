// Several threads that send: what subscribers see and the ledger says is the same as with one.
#include <support/http_reply.hpp>
#include <support/loopback.hpp>
#include <support/random_seed.hpp>
#include <support/run.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <charconv>
#include <cstdint>
#include <deque>
#include <iterator>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace thump::test;

namespace {

constexpr std::size_t crowd = 80;   // more than are sent to by one thread alone

thump::server_options with_threads(std::size_t threads, std::size_t send_buffer_bytes = 0)
{
    thump::server_options options;
    options.threads = threads;
    options.send_buffer_bytes = send_buffer_bytes;
    return options;
}

std::uint64_t seq_of(std::string_view event)
{
    constexpr std::string_view begin = R"({"seq":)";
    BOOST_TEST_REQUIRE(event.starts_with(begin));
    std::uint64_t seq = 0;
    std::from_chars(event.data() + begin.size(), event.data() + event.size(), seq);
    return seq;
}

// One subscriber, and what it saw of the order.
class witness {
public:
    explicit witness(peer&& connected, std::string_view query) : peer_{std::move(connected), query}
    {
    }

    // Takes in what has arrived, without waiting.
    void look()
    {
        while (peer_.receive()) {
        }
        while (auto const frame = peer_.take())
            saw(*frame);
    }

    [[nodiscard]] ws_peer& end() noexcept { return peer_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return peer_.id; }

    std::uint64_t last = 0;   // told of, as an event or as part of a gap
    std::uint64_t events = 0;
    std::uint64_t lost = 0;
    int closed = 0;   // with this code

private:
    void saw(server_frame const& frame)
    {
        if (frame.is_close()) {
            closed = frame.close_code();
        } else if (frame.is_text() && frame.payload.starts_with(R"({"op":"gap")")) {
            auto const gap = frame.json();
            BOOST_TEST_REQUIRE(gap.at("from").to_number<std::uint64_t>() == last + 1);
            last = gap.at("to").to_number<std::uint64_t>();
            lost += gap.at("dropped").to_number<std::uint64_t>();
        } else if (frame.is_text()) {
            BOOST_TEST_REQUIRE(seq_of(frame.payload) == last + 1);
            ++last;
            ++events;
        }
    }

    ws_peer peer_;
};

}   // namespace

BOOST_AUTO_TEST_SUITE(server_threads)

BOOST_AUTO_TEST_CASE(number_of_threads_is_checked)
{
    boost::asio::io_context context;
    thump::broker b{context.get_executor()};
    BOOST_CHECK_THROW((thump::server{b, any_port(with_threads(0))}), std::invalid_argument);
    BOOST_CHECK_THROW((thump::server{b, any_port(with_threads(65))}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(everybody_sees_one_order_of_events_from_several_threads)
{
    constexpr std::uint64_t each = 100;
    constexpr std::uint64_t total = 3 * each;
    boost::asio::io_context context;
    thump::broker b{context.get_executor()};
    thump::server s{b, any_port(with_threads(2))};
    running threads{context};
    std::deque<witness> all;
    for (std::size_t i = 0; i != crowd; ++i)
        all.emplace_back(peer{s.port()}, "?queue=1000");

    std::vector<std::thread> publishers;
    for (int who = 0; who != 3; ++who)
        publishers.emplace_back([&] {
            for (std::uint64_t i = 0; i != each; ++i)
                while (b.publish({.type = "a"}))
                    std::this_thread::yield();
        });
    for (auto& p : publishers)
        p.join();
    b.stop();

    for (auto& w : all)
        wait_until([&] {
            w.look();
            return w.closed != 0;
        });
    for (auto const& w : all) {
        BOOST_TEST(w.events == total);
        BOOST_TEST(w.closed == 1001);
    }
    auto const ledger = b.stats().ledger;
    BOOST_TEST(ledger.matched == crowd * total);
    BOOST_TEST(ledger.delivered == crowd * total);
}

BOOST_AUTO_TEST_CASE(slow_readers_lose_what_they_are_told_and_others_lose_nothing)
{
    constexpr std::uint64_t total = 400;
    loopback at{with_threads(2, 4096)};
    std::deque<witness> all;
    for (std::size_t i = 0; i != crowd; ++i)
        all.emplace_back(at.connect(), "?queue=1000");
    for (auto const* const policy : {"drop_newest", "drop_oldest", "catch_up", "drop_newest"})
        all.emplace_back(at.connect({.receive = 4096}), std::string{"?queue=5&overflow="} + policy);

    for (std::uint64_t i = 0; i != total; i += 10) {
        at.publish_many(10, 1000);
        at.settle();
        BOOST_TEST_REQUIRE(at.broker->stats().ledger.balanced());
        for (std::size_t fast = 0; fast != crowd; ++fast)
            all[fast].look();
    }
    BOOST_TEST(at.broker->stats().ledger.dropped > 0u);
    for (auto& w : all)
        at.until([&] {
            w.look();
            return w.last == total;
        });

    std::uint64_t events = 0;
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i != all.size(); ++i) {
        events += all[i].events;
        lost += all[i].lost;
        BOOST_TEST((i < crowd ? all[i].lost == 0 : all[i].events < total || i == crowd + 2));
    }
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.matched == all.size() * total);
    BOOST_TEST(ledger.delivered == events);
    BOOST_TEST(ledger.dropped == lost);
    BOOST_TEST(ledger.queued == 0u);
}

BOOST_AUTO_TEST_CASE(subscribers_that_vanish_in_a_turn_leave_the_others_whole)
{
    auto const seed = random_seed();
    BOOST_TEST_INFO_SCOPE("THUMP_TEST_SEED=" << seed);
    std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed)};
    loopback at{with_threads(4)};
    std::list<witness> all;
    for (std::size_t i = 0; i != 2 * crowd; ++i)
        all.emplace_back(at.connect(), i % 3 == 0 ? "?types=test" : "");
    std::uint64_t total = 0;
    while (all.size() > crowd) {
        at.publish_many(5);
        total += 5;
        // The turn finds them gone.
        for (int i = 0; i != 4; ++i) {
            auto const victim =
                std::next(all.begin(), static_cast<std::ptrdiff_t>(random() % all.size()));
            if (i % 2 == 0)
                victim->end().reset();
            else
                victim->end().close();
            all.erase(victim);
        }
        at.settle();
        auto const stats = at.broker->stats();
        BOOST_TEST_REQUIRE(stats.ledger.balanced());
        BOOST_TEST_REQUIRE(stats.ledger.queued == 0u);
    }
    at.publish_many(5);
    total += 5;
    for (auto& w : all)
        at.until([&] {
            w.look();
            return w.last == total;
        });
    for (auto const& w : all)
        BOOST_TEST(w.events == total);
    at.until([&] { return at.broker->subscriber_count() == all.size(); });
    BOOST_TEST(at.broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(server_may_go_while_its_threads_are_at_work)
{
    for (int again = 0; again != 3; ++again) {
        boost::asio::io_context context;
        thump::broker b{context.get_executor()};
        std::optional<thump::server> s{std::in_place, b, any_port(with_threads(4))};
        running threads{context};
        std::deque<witness> all;
        for (std::size_t i = 0; i != crowd; ++i)
            all.emplace_back(peer{s->port()}, "");
        std::thread publisher{[&] {
            for (int i = 0; i != 500; ++i)
                while (b.publish({.type = "a"}))
                    std::this_thread::yield();
        }};
        wait_until([&] {
            all.front().look();
            return all.front().events > 0;
        });
        s.reset();
        publisher.join();
        wait_until([&] { return b.stats().ledger.balanced() && b.subscriber_count() == 0; });
    }
}

BOOST_AUTO_TEST_SUITE_END()
