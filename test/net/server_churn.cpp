// Coming and going, and running out: nothing is left behind.
#include <support/descriptors.hpp>
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <malloc.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace thump::test;
using namespace std::chrono_literals;

namespace {

// Bytes on the heap; 0 where a sanitizer has an allocator of its own.
std::size_t heap_bytes()
{
    return ::mallinfo2().uordblks;
}

// One life of a connection, each a different one.
void live_and_die(loopback& at, int round)
{
    auto const filter = "?types=a." + std::to_string(round % 7);
    switch (round % 5) {
    case 0: {
        ws_peer p{at, filter};
        if (round % 2 == 0) p.send_close();
        if (round % 4 == 0) p.reset();
        return;
    }
    case 1: {
        sse_peer p{at, filter, round % 2 == 0 ? 10 : 11};
        if (round % 3 == 0) p.reset();
        return;
    }
    case 2:
        at.ask(get_request("/healthz"));
        return;
    case 3: {
        auto p = at.connect();
        p.send("GET /half");
        at.run_one();
        return p.reset();
    }
    default: {
        auto p = at.connect();
        return p.reset();
    }
    }
}

// Sets the limit on descriptors, and restores it.
class descriptor_limit {
public:
    explicit descriptor_limit(rlim_t limit)
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        auto now = before_;
        now.rlim_cur = limit;
        BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
    }
    descriptor_limit(descriptor_limit const&) = delete;
    descriptor_limit& operator=(descriptor_limit const&) = delete;
    ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

// Takes every number below the highest descriptor's, so that a limit means what it says.
class filled_descriptors {
public:
    filled_descriptors()
    {
        for (auto const& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
            next_ = std::max(next_, std::stoi(entry.path().filename()) + 1);
        for (int copy = ::dup(0); copy >= 0; copy = ::dup(0)) {
            copies_.push_back(copy);
            if (copy >= next_) break;
        }
        ::close(copies_.back());
        copies_.pop_back();
    }
    filled_descriptors(filled_descriptors const&) = delete;
    filled_descriptors& operator=(filled_descriptors const&) = delete;
    ~filled_descriptors()
    {
        for (int const copy : copies_)
            ::close(copy);
    }

    /// The lowest number that is free.
    [[nodiscard]] rlim_t next() const noexcept { return static_cast<rlim_t>(next_); }

private:
    std::vector<int> copies_;
    int next_ = 0;
};

}   // namespace

BOOST_AUTO_TEST_SUITE(server_churn)

BOOST_AUTO_TEST_CASE(ten_thousand_connections_leave_nothing_behind)
{
    loopback at{{.close_timeout = 300ms}};
    auto round = [&, n = 0](int lives) mutable {
        for (; lives > 0; --lives) {
            live_and_die(at, n);
            if (++n % 50 == 0) at.publish({.type = "a.1", .message = std::string(100, 'm')});
        }
        at.until([&] { return at.server->connection_count() == 0; });
        at.settle();
    };
    round(1000);   // whatever is allocated once
    auto const open_before = descriptors();
    auto const heap_before = heap_bytes();
    round(9000);
    BOOST_TEST(descriptors() == open_before);
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    auto const heap_after = heap_bytes();
    // History keeps the events that were published, 180 of them.
    BOOST_TEST(heap_after <= heap_before + 64'000 + 180 * 600, heap_before << " -> " << heap_after);
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.balanced());
    BOOST_TEST(ledger.queued == 0u);
}

BOOST_AUTO_TEST_CASE(many_subscribers_may_leave_at_once)
{
    loopback at;
    auto const open_before = descriptors();
    std::vector<ws_peer> all;
    for (int i = 0; i < 300; ++i)
        all.emplace_back(at, i % 2 == 0 ? "?types=a" : "");
    at.publish({.type = "a"});
    all.clear();
    at.publish({.type = "a"});
    at.until([&] { return at.server->connection_count() == 0; });
    BOOST_TEST(at.broker->subscriber_count() == 0u);
    BOOST_TEST(descriptors() == open_before);
    BOOST_TEST(at.broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(listener_waits_for_descriptors_and_goes_on)
{
    loopback at;
    BOOST_TEST(at.ask(get_request("/healthz")).status == 200);
    at.until([&] { return at.server->connection_count() == 0; });
    std::vector<peer> waiting;
    for (int i = 0; i < 20; ++i)
        waiting.push_back(at.connect());   // by the kernel; the server has not run yet
    {
        filled_descriptors const filled;
        descriptor_limit const limit{filled.next() + 3};   // room for three
        at.until([&] { return at.server->connection_count() == 3; });
        std::size_t handlers = 0;
        auto const until = std::chrono::steady_clock::now() + 350ms;
        while (std::chrono::steady_clock::now() < until) {
            at.context.restart();
            handlers += at.context.run_one_for(5ms);
        }
        BOOST_TEST(at.server->connection_count() == 3u);
        BOOST_TEST(handlers < 100u);   // it does not spin
        // Those inside are served.
        waiting[0].send(get_request("/healthz"));
        BOOST_TEST(read_reply(waiting[0]).status == 200);
    }
    at.until([&] { return at.server->connection_count() == 20; });
    waiting.back().send(get_request("/healthz"));
    BOOST_TEST(read_reply(waiting.back()).status == 200);
}

BOOST_AUTO_TEST_CASE(listener_out_of_descriptors_can_be_stopped)
{
    loopback at;
    at.settle();
    auto const p = at.connect();
    filled_descriptors const filled;
    descriptor_limit const limit{filled.next()};
    at.run_one();
    bool drained = false;
    at.server->async_drain([&](boost::system::error_code) { drained = true; });
    at.until([&] { return drained; });
    BOOST_TEST(at.server->connection_count() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
