// One order for everybody, with everybody at work at once.
#include <support/collector.hpp>
#include <support/http_reply.hpp>
#include <support/loopback.hpp>
#include <support/run.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace thump::test;

namespace {

constexpr std::size_t publishers = 8;
constexpr std::size_t each = 150;
constexpr std::uint64_t total = publishers * each;

std::string event_json(std::size_t who, std::size_t number)
{
    return R"({"type":"p)" + std::to_string(who) + R"(","message":")" + std::to_string(number) +
           "\"}";
}

// In turn: inside the process, by HTTP, by WebSocket.
void publish(std::size_t who, thump::broker& b, std::uint16_t port)
{
    if (who % 3 == 0) {
        for (std::size_t i = 0; i < each; ++i)
            while (b.publish({.type = "p" + std::to_string(who), .message = std::to_string(i)}))
                std::this_thread::yield();
    } else if (who % 3 == 1) {
        peer p{port};
        for (std::size_t i = 0; i < each; ++i) {
            p.send(post_request(event_json(who, i)));
            if (read_reply(p).status != 202) throw std::runtime_error{"refused"};
        }
    } else {
        ws_peer p{peer{port}, "?subscribe=false"};
        for (std::size_t i = 0; i < each; ++i)
            p.send_text(event_json(who, i));
        p.send_close();
        p.read_to_end();
    }
}

// What one subscriber saw of the order.
struct witness {
    std::uint64_t last = 0;
    std::vector<std::size_t> next = std::vector<std::size_t>(publishers);
    std::string history;

    void saw(std::uint64_t seq, std::string_view type, std::string_view message)
    {
        BOOST_TEST_REQUIRE(seq == last + 1);
        last = seq;
        auto const who = std::stoul(std::string{type.substr(1)});
        BOOST_TEST_REQUIRE(message == std::to_string(next[who]++));
        history += type;
    }
    void saw(boost::json::object const& e)
    {
        saw(e.at("seq").to_number<std::uint64_t>(), e.at("type").as_string(),
            e.at("message").as_string());
    }
};

}   // namespace

BOOST_AUTO_TEST_SUITE(server_order)

BOOST_AUTO_TEST_CASE(a_hundred_subscribers_of_eight_publishers_see_one_order)
{
    boost::asio::io_context context;
    thump::broker b{context.get_executor()};
    thump::server s{b, any_port()};
    running threads{context};

    std::vector<ws_peer> ws;
    std::vector<std::unique_ptr<sse_peer>> sse;
    std::vector<std::unique_ptr<collector>> local;
    for (int i = 0; i < 40; ++i) {
        ws.emplace_back(peer{s.port()}, "?queue=2000");
        if (i % 4 == 3) continue;
        sse.push_back(std::make_unique<sse_peer>(peer{s.port()}, "?queue=2000", 10 + i % 2));
        local.push_back(std::make_unique<collector>(b.subscribe({.queue = 2000})));
        local.back()->start();
    }
    BOOST_TEST(b.subscriber_count() == 100u);

    std::vector<std::thread> all;
    for (std::size_t who = 0; who < publishers; ++who)
        all.emplace_back([&, who] { publish(who, b, s.port()); });
    for (auto& t : all)
        t.join();
    wait_until([&] { return b.stats().published == total; });
    BOOST_TEST(b.stats().ledger.balanced());
    b.stop();

    std::string history;
    auto const check = [&](witness const& w) {
        BOOST_TEST(w.last == total);
        if (history.empty()) history = w.history;
        BOOST_TEST((w.history == history));
    };
    for (auto& p : ws) {
        witness w;
        for (auto frame = p.next(); !frame.is_close(); frame = p.next())
            w.saw(frame.json());
        check(w);
    }
    for (auto& p : sse) {
        witness w;
        while (w.last < total)
            w.saw(p->next().json());
        BOOST_TEST(p->ends_well());
        check(w);
    }
    for (auto& c : local) {
        wait_until([&] { return c->ended.load(); });
        witness w;
        for (auto const& d : c->got) {
            BOOST_TEST_REQUIRE(d.is_event());
            w.saw(d.as_event()->seq, d.as_event()->type, d.as_event()->message);
        }
        check(w);
    }
    auto const stats = b.stats();
    BOOST_TEST(stats.ledger.delivered == 100 * total);
    BOOST_TEST(stats.ledger.matched == 100 * total);
}

BOOST_AUTO_TEST_CASE(ledger_balances_whenever_another_thread_looks)
{
    boost::asio::io_context context;
    thump::broker b{context.get_executor()};
    thump::server s{b, any_port({.send_buffer_bytes = 4096})};
    running threads{context};
    ws_peer slow{peer{s.port(), {}, {.receive = 4096}}, "?queue=10"};
    ws_peer fast{peer{s.port()}, "?queue=1000"};
    auto local = b.subscribe({.queue = 5, .overflow = thump::overflow::drop_oldest});

    std::thread publisher{[&] {
        for (int i = 0; i < 2000; ++i)
            while (b.publish({.type = "a", .message = std::string(500, 'm')}))
                std::this_thread::yield();
    }};
    boost::system::error_code ec;
    while (b.stats().published < 2000) {
        auto const stats = b.stats();
        BOOST_TEST_REQUIRE(stats.ledger.balanced());
        BOOST_TEST_REQUIRE(stats.ledger.queued <= 1015u);
        fast.receive();
        std::ignore = local.try_receive(ec);
    }
    publisher.join();
    BOOST_TEST(b.stats().ledger.balanced());
}

BOOST_AUTO_TEST_SUITE_END()
