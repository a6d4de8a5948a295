// Subscribing while publishers run flat out: past and present join without a hole or a repetition.
#include <thump/broker.hpp>

#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;

constexpr std::size_t publishers = 2;
constexpr std::size_t kinds = 64;
constexpr std::size_t joining = 3000;
constexpr std::size_t at_least = 20'000;   // events of each publisher

std::string kind(std::size_t number)
{
    return "k" + std::to_string(number);
}

// Numbers the events of its kinds from 0, and returns how many there are of each.
std::vector<std::uint64_t> publish(thump::broker& b, std::size_t who, std::atomic<bool> const& done)
{
    std::vector<std::uint64_t> next(kinds);
    for (std::size_t i = 0; i < at_least || !done.load(); ++i) {
        auto const k = who + publishers * (i % (kinds / publishers));
        while (b.publish({.type = kind(k), .message = std::to_string(next[k])}))
            std::this_thread::yield();
        ++next[k];
    }
    return next;
}

// Follows one kind of event to the end of the stream.
struct follower {
    follower(subscription s, std::size_t what, bool all)
        : from{std::move(s)}, kind{what}, from_the_first{all}
    {
    }

    void start()
    {
        from.async_receive([this](boost::system::error_code ec, delivery d) {
            if (ec) return ended.store(true);
            auto const* const e = d.as_event();
            auto const number = e ? std::stoull(e->message) : 0;
            if (!e || (any ? number != next : from_the_first && number != 0)) fault = true;
            any = true;
            next = number + 1;
            start();
        });
    }

    subscription from;
    std::size_t kind;
    bool from_the_first;
    bool any = false;
    bool fault = false;
    std::uint64_t next = 0;
    std::atomic<bool> ended{false};
};

}   // namespace

BOOST_AUTO_TEST_SUITE(broker_join)

BOOST_AUTO_TEST_CASE(thousands_join_under_load_without_hole_or_repetition)
{
    asio::io_context context;
    thump::broker broker{context.get_executor(), {.history = {.max_events = 10'000'000}}};
    test::running threads{context, 2};

    std::atomic<bool> joined{false};
    std::vector<std::vector<std::uint64_t>> counts(publishers);
    std::vector<std::thread> load;
    for (std::size_t p = 0; p < publishers; ++p)
        load.emplace_back([&, p] { counts[p] = publish(broker, p, joined); });
    test::wait_until([&] { return broker.stats().published > 1000; });

    std::deque<follower> followers;
    for (std::size_t i = 0; i < joining; ++i) {
        subscription_options options{
            .types = {kind(i % kinds)}, .queue = 20, .overflow = overflow::catch_up};
        // In turn: everything there was, what follows a moment, and what follows from now on.
        if (i % 3 == 0) options.since = earliest{};
        if (i % 3 == 1) options.since = at_sequence{broker.stats().last_seq};
        followers.emplace_back(broker.subscribe(options), i % kinds, i % 3 == 0).start();
    }
    joined.store(true);
    for (auto& t : load)
        t.join();
    broker.stop();

    for (auto const& f : followers) {
        test::wait_until([&] { return f.ended.load(); });
        BOOST_TEST_REQUIRE(!f.fault);
        auto const all = counts[f.kind % publishers][f.kind];
        BOOST_TEST_REQUIRE(((f.any ? f.next == all : !f.from_the_first)));
    }
    auto const stats = broker.stats();
    BOOST_TEST(stats.gaps == 0u);
    BOOST_TEST(stats.ledger.delivered == stats.ledger.matched);
}

BOOST_AUTO_TEST_SUITE_END()
