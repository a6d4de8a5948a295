// Every byte of every stream, however little the sockets take and give at a time.
#include <support/loopback.hpp>
#include <support/print.hpp>
#include <support/random_seed.hpp>
#include <support/socket_faults.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace thump::test;
using namespace std::chrono_literals;

namespace {

using rng = std::mt19937_64;

std::size_t below(rng& random, std::size_t limit)
{
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
}

// A subscriber of events of some types, which checks that exactly these come, in order.
class reader {
public:
    reader(std::string types) : types_{std::move(types)} {}
    virtual ~reader() = default;

    void expect(std::string_view type, std::uint64_t seq)
    {
        if (types_ == ">" || types_ == type) expected_.push_back(seq);
    }
    [[nodiscard]] bool done() const { return expected_.empty() && answers_.empty(); }

    /// Reads a little, and takes apart what is whole.
    virtual void read(rng& random) = 0;
    /// Sends something that is to be answered.
    virtual void talk(rng&, int) {}
    /// Sends the rest of what it has begun to send.
    virtual void finish_talking() {}

protected:
    void on_event(boost::json::object const& e)
    {
        BOOST_TEST_REQUIRE(!expected_.empty());
        BOOST_TEST_REQUIRE(e.at("seq").to_number<std::uint64_t>() == expected_.front());
        expected_.pop_front();
    }

    std::string const types_;
    std::deque<std::uint64_t> expected_;
    std::deque<std::string> answers_;
};

class ws_reader final : public reader {
public:
    ws_reader(loopback& at, std::string const& types, socket_buffers buffers)
        : reader{types}, peer_{at, "?queue=10000&types=" + types, buffers}
    {
    }

    void read(rng& random) override
    {
        peer_.receive(1 + below(random, 700));
        while (auto const frame = peer_.take()) {
            if (frame->is_text() && !frame->json().if_contains("op")) {
                on_event(frame->json());
                continue;
            }
            BOOST_TEST_REQUIRE(!answers_.empty());
            BOOST_TEST_REQUIRE((frame->is_pong() ? frame->payload : text_of(*frame)) ==
                               answers_.front());
            answers_.pop_front();
        }
    }

    void talk(rng& random, int number) override
    {
        auto const text = std::to_string(number);
        if (below(random, 2) == 0) {
            answers_.push_back(text + std::string(below(random, 100), '.'));
            to_send_ += client_frame(answers_.back(), {.opcode = 0x9});
        } else {
            answers_.push_back(text);
            to_send_ += client_frame(R"({"op":"ping","ref":)" + text + '}');
        }
        finish_talking();
    }
    void finish_talking() override { to_send_.erase(0, peer_.try_send(to_send_)); }

private:
    static std::string text_of(server_frame const& frame)
    {
        auto const answer = frame.json();
        BOOST_TEST_REQUIRE(answer.at("op") == "pong");
        return std::to_string(answer.at("ref").to_number<int>());
    }

    ws_peer peer_;
    std::string to_send_;
};

class sse_reader final : public reader {
public:
    sse_reader(loopback& at, std::string const& types, int version, socket_buffers buffers)
        : reader{types}
        , peer_{at, "?queue=10000&types=" + types, version, buffers}
        , epoch_{at.broker->epoch()}
    {
    }

    void read(rng& random) override
    {
        peer_.receive(1 + below(random, 700));
        while (auto const record = peer_.take()) {
            auto const event = record->json();
            BOOST_TEST_REQUIRE(record->event == event.at("type").as_string());
            BOOST_TEST_REQUIRE(record->id ==
                               epoch_ + ':' +
                                   std::to_string(expected_.empty() ? 0 : expected_.front()));
            on_event(event);
        }
    }

private:
    sse_peer peer_;
    std::string const epoch_;
};

// 16 subscribers of all encodings and of several filters; events of all sizes.
void run(rng& random, socket_buffers buffers, std::uint64_t events = 150)
{
    // Nothing comes by the clock.
    loopback at{{.send_buffer_bytes = buffers.send == 0 ? 0 : 4096u,
                 .ping_interval = 1h,
                 .heartbeat_interval = 1h},
                {.intake_capacity = 1000}};
    std::vector<std::unique_ptr<reader>> readers;
    for (std::string const types : {">", "a", "b.c", "never"}) {
        readers.push_back(std::make_unique<ws_reader>(at, types, buffers));
        readers.push_back(std::make_unique<ws_reader>(at, types, buffers));
        readers.push_back(std::make_unique<sse_reader>(at, types, 11, buffers));
        readers.push_back(std::make_unique<sse_reader>(at, types, 10, buffers));
    }

    auto const step = [&] {
        at.context.restart();
        at.context.poll_one();
        readers[below(random, readers.size())]->read(random);
    };
    int number = 0;
    for (std::uint64_t seq = 0; seq < events;) {
        // Bursts, so that a turn holds several events.
        for (auto burst = 1 + below(random, 8); burst > 0 && seq < events; --burst) {
            auto const* const type = below(random, 2) == 0 ? "a" : "b.c";
            at.publish({.type = type, .message = std::string(below(random, 3000), 'm')});
            ++seq;
            for (auto& r : readers)
                r->expect(type, seq);
        }
        for (auto i = below(random, 20); i > 0; --i) {
            step();
            if (below(random, 4) == 0)
                readers[below(random, readers.size())]->talk(random, ++number);
        }
        BOOST_TEST_REQUIRE(at.broker->stats().ledger.balanced());
    }
    for (int i = 0; i < 50; ++i) {
        step();
        for (auto& r : readers)
            r->talk(random, ++number);
    }
    at.until([&] {
        for (auto& r : readers) {
            r->finish_talking();
            r->read(random);
        }
        return std::ranges::all_of(readers, [](auto const& r) { return r->done(); });
    });
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.delivered == ledger.matched);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(connection_bytes)

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_torn_with_the_smallest_socket_buffers)
{
    auto const seed = random_seed();
    BOOST_TEST_INFO_SCOPE("THUMP_TEST_SEED=" << seed);
    rng random{seed};
    run(random, {.receive = 1, .send = 1}, 50);   // they move by the kernel's timers
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_torn_when_every_send_is_cut_at_random)
{
    auto const seed = random_seed();
    BOOST_TEST_INFO_SCOPE("THUMP_TEST_SEED=" << seed);
    rng random{seed};
    socket_faults const faults{
        [&random](std::size_t) { return static_cast<long>(below(random, 4) * below(random, 300)); },
        // Never nothing: a socket that has bytes and says that it has none would not be looked at
        // again, as readiness is told once.
        [&random](std::size_t) { return static_cast<long>(1 + below(random, 49)); }};
    run(random, {});
    BOOST_TEST(faults.count() > 1000u);
}

BOOST_AUTO_TEST_CASE(frames_survive_being_sent_one_byte_at_a_time)
{
    loopback at;
    ws_peer p{at};
    sse_peer chunked{at};
    sse_peer plain{at, "", 10};
    bool now = false;
    socket_faults const faults{[&now](std::size_t) { return (now = !now) ? 1L : 0L; }};
    for (int i = 1; i <= 3; ++i) {
        at.publish({.type = "a", .message = std::string(200, 'm')});
        p.send_ping("between");
        BOOST_TEST(p.next_json().at("seq") == i);
        BOOST_TEST(p.next().payload == "between");
        BOOST_TEST(chunked.next().json().at("seq") == i);
        BOOST_TEST(plain.next().json().at("seq") == i);
    }
    BOOST_TEST(faults.count() > 2000u);
}

BOOST_AUTO_TEST_CASE(subscription_replaced_at_any_byte_of_a_frame_leaves_the_stream_whole)
{
    // The first send of the event takes `cut` bytes; then the subscription is replaced.
    for (long cut = 1; cut < 120; cut += 7) {
        loopback at;
        ws_peer p{at, "?types=a"};
        bool blocked = false;
        {
            socket_faults const faults{[&, first = true](std::size_t) mutable {
                blocked = true;
                return std::exchange(first, false) ? cut : 0L;
            }};
            at.publish({.type = "a", .message = std::string(100, 'm')});
            at.publish({.type = "a", .message = "queued, never sent"});
            at.until([&] { return blocked; });
            p.send_text(R"({"op":"subscribe","types":["b"],"ref":1})");
            at.until([&] { return at.broker->stats().ledger.queued == 0; });
            at.publish({.type = "b"});
            at.until([&] { return at.broker->stats().ledger.queued == 1; });
        }
        BOOST_TEST(p.next_json().at("seq") == 1);
        auto const lost = p.next_json();
        BOOST_TEST(lost.at("op") == "gap");
        BOOST_TEST((lost.at("from") == 2 && lost.at("to") == 2 && lost.at("dropped") == 1));
        BOOST_TEST(lost.at("reason") == "subscription_ended");
        BOOST_TEST(p.next_json().at("op") == "subscribed");
        BOOST_TEST(p.next_json().at("type") == "b");
        auto const s = at.broker->stats();
        BOOST_TEST(s.ledger == (thump::ledger{.matched = 3, .delivered = 2, .dropped = 1}));
        BOOST_TEST((s.subscription_ended == 1u && s.gaps == 1u));
    }
}

BOOST_AUTO_TEST_CASE(close_at_any_byte_of_a_frame_comes_after_the_frame)
{
    for (long cut = 1; cut < 120; cut += 7) {
        loopback at;
        ws_peer p{at, "?types=a&queue=1&overflow=disconnect"};
        bool blocked = false;
        {
            socket_faults const faults{[&, first = true](std::size_t) mutable {
                blocked = true;
                return std::exchange(first, false) ? cut : 0L;
            }};
            for (int i = 0; i < 3; ++i)
                at.publish({.type = "a", .message = std::string(100, 'm')});
            at.until([&] { return blocked; });
        }
        BOOST_TEST(p.next_json().at("seq") == 1);
        auto const lost = p.next_json();
        BOOST_TEST((lost.at("op") == "gap" && lost.at("reason") == "queue_full"));
        BOOST_TEST(p.next().close_code() == 4008);
        auto const ledger = at.broker->stats().ledger;
        BOOST_TEST(ledger.balanced());
        BOOST_TEST(at.broker->subscriber_count() == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
