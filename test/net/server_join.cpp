// Streams that join past and present while publishers run flat out.
#include <support/loopback.hpp>
#include <support/run.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace thump::test;

namespace {

// Follows every hundredth event: 1, 101, 201 …
struct follower {
    std::uint64_t first = 0;
    std::unique_ptr<ws_peer> ws;
    std::unique_ptr<sse_peer> sse;

    [[nodiscard]] boost::json::object next() const
    {
        if (ws) return ws->next_json();
        auto record = sse->next();
        while (record.comment)
            record = sse->next();
        return record.json();
    }

    void read_to(std::uint64_t last) const
    {
        for (auto seq = first; seq <= last; seq += 100) {
            auto const e = next();
            BOOST_TEST_REQUIRE(!e.contains("op"));
            BOOST_TEST_REQUIRE(e.at("seq").to_number<std::uint64_t>() == seq);
        }
    }
};

}   // namespace

BOOST_AUTO_TEST_SUITE(server_join)

BOOST_AUTO_TEST_CASE(streams_join_under_load_without_hole_or_repetition)
{
    boost::asio::io_context context;
    thump::broker b{context.get_executor(), {.history = {.max_events = 10'000'000}}};
    thump::server s{b, any_port({.send_buffer_bytes = 8192})};
    running threads{context, 1};

    std::atomic<bool> joined{false};
    std::thread load{[&] {
        for (std::size_t i = 0; i < 30'000 || !joined.load(); ++i)
            while (b.publish(i % 100
                                 ? thump::event{.type = "many"}
                                 : thump::event{.type = "few", .message = std::string(500, 'm')}))
                std::this_thread::yield();
    }};
    wait_until([&] { return b.stats().published > 1000; });

    // Small buffers everywhere: each falls behind and catches up many times. Not smaller: the
    // kernel tells so late that there is room again that its peer probes for it, ever more rarely.
    std::vector<follower> followers;
    for (int i = 0; i < 60; ++i) {
        auto const since = b.stats().last_seq;
        bool const all = i % 2 == 0;
        auto const query = "?types=few&overflow=catch_up&queue=3&since=" +
                           (all ? std::string{"earliest"} : std::to_string(since));
        auto& f = followers.emplace_back();
        f.first = all ? 1 : (since - 1) / 100 * 100 + 101;
        peer connected{s.port(), {}, {.receive = 16384}};
        if (i % 3)
            f.ws = std::make_unique<ws_peer>(std::move(connected), query);
        else
            f.sse = std::make_unique<sse_peer>(std::move(connected), query);
    }
    joined.store(true);
    load.join();
    wait_until([&] { return b.stats().intake_size == 0; });
    auto const last = (b.stats().last_seq - 1) / 100 * 100 + 1;
    for (auto const& f : followers)
        f.read_to(last);
    BOOST_TEST(b.stats().gaps == 0u);
    wait_until([&] { return b.stats().ledger.queued == 0; });
    BOOST_TEST(b.stats().ledger.delivered == b.stats().ledger.matched);
}

BOOST_AUTO_TEST_SUITE_END()
