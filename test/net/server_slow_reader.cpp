// A subscriber that stops reading: what it costs, what it loses, and what it is told.
#include <support/loopback.hpp>
#include <support/sse_peer.hpp>
#include <support/ws_peer.hpp>

#include <support/print.hpp>

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace thump::test;

namespace {

constexpr socket_buffers small{.receive = 4096};
constexpr std::size_t event_bytes = 1000;
constexpr std::size_t published = 500;   // far more than the kernel's buffers hold

thump::server_options with_small_buffers()
{
    return {.send_buffer_bytes = 4096};
}

std::uint64_t number(boost::json::value const& v)
{
    return v.to_number<std::uint64_t>();
}

thump::ledger ledger_of(boost::json::object const& row)
{
    auto const& l = row.at("ledger").as_object();
    return {number(l.at("matched")), number(l.at("delivered")), number(l.at("queued")),
            number(l.at("dropped")), number(l.at("conflated")), number(l.at("expired"))};
}

// The rows of /v1/subscribers by id; checks that every ledger adds up, each and in total.
std::map<std::uint64_t, thump::ledger> audit(loopback& at, peer& p)
{
    p.send(get_request("/v1/subscribers") + get_request("/v1/stats"));
    auto const rows = read_reply(p).json();
    auto const stats = read_reply(p).json();
    std::map<std::uint64_t, thump::ledger> all;
    thump::ledger sum;
    for (auto const& row : rows.at("subscribers").as_array()) {
        auto const& r = row.as_object();
        auto const ledger = ledger_of(r);
        BOOST_TEST(ledger.balanced(), ledger);
        BOOST_TEST(number(r.at("lag")) == ledger.queued);
        BOOST_TEST(ledger.queued <= number(r.at("queue")));
        sum += ledger;
        all.emplace(number(r.at("id")), ledger);
    }
    BOOST_TEST(ledger_of(stats) == sum);
    BOOST_TEST(at.broker->stats().ledger == sum);
    return all;
}

struct seen_gap {
    std::uint64_t from, to, dropped;
    std::string reason;
};

// What a reader was sent, in order.
struct story {
    std::vector<std::uint64_t> events;
    std::vector<seen_gap> gaps;
    std::vector<std::size_t> gap_places;   // events before each

    // How many events were sent or told as lost.
    [[nodiscard]] std::uint64_t told() const
    {
        auto sum = std::uint64_t{events.size()};
        for (auto const& g : gaps)
            sum += g.dropped;
        return sum;
    }

    // @return whether it was the marker.
    bool add(boost::json::object const& record)
    {
        if (auto const* const op = record.if_contains("op")) {
            BOOST_TEST_REQUIRE(*op == "gap");
            gaps.push_back({number(record.at("from")), number(record.at("to")),
                            number(record.at("dropped")),
                            std::string{record.at("reason").as_string()}});
            gap_places.push_back(events.size());
            return false;
        }
        events.push_back(number(record.at("seq")));
        return record.at("type") == "marker";
    }
};

// Reads up to an event of the type `marker`.
story read_story(ws_peer& p)
{
    story s;
    while (!s.add(p.next_json())) {
    }
    return s;
}

// Everything published since `p` connected, which never read, and then a marker.
struct stalled_run {
    explicit stalled_run(std::string const& query)
        : at{with_small_buffers()}, fast{at, "?queue=1000"}, slow{at, query, small}
    {
        auto monitor = at.connect();
        while (seen < published) {
            at.publish_many(10, event_bytes, seen % 20 == 0 ? "even" : "odd");
            at.settle();
            for (auto i = 0; i < 10; ++i)   // at once, whatever the other does
                BOOST_TEST_REQUIRE(number(fast.next_json().at("seq")) == ++seen);
            before = audit(at, monitor).at(slow.id);
            if (before.dropped + before.conflated == 0) taken_at_first_loss = before.delivered;
        }
        BOOST_TEST(before.matched == published);
    }

    // Resumes: reads what was kept until nothing more comes, then up to a marker.
    story resume()
    {
        at.until([&] {
            slow.receive();
            auto monitor_ledger = at.broker->stats().ledger;
            BOOST_TEST(monitor_ledger.balanced());
            return monitor_ledger.queued == 0;
        });
        at.publish({.type = "marker"});
        auto const s = read_story(slow);
        auto monitor = at.connect();
        after = audit(at, monitor).at(slow.id);
        return s;
    }

    loopback at;
    ws_peer fast;
    ws_peer slow;
    // Whether the socket, once full, took no more. A busy kernel may find room later: then there is
    // more than one loss, each told in its place.
    [[nodiscard]] bool stood_still() const { return before.delivered == taken_at_first_loss; }

    std::uint64_t seen = 0;
    std::uint64_t taken_at_first_loss = 0;
    thump::ledger before;
    thump::ledger after;
};

// A run in which the reader's kernel stood as still as the reader.
std::unique_ptr<stalled_run> run_stalled(std::string const& query)
{
    for (int attempts = 20;; --attempts) {
        auto run = std::make_unique<stalled_run>(query);
        if (run->stood_still()) return run;
        BOOST_TEST_REQUIRE(attempts > 0);
    }
}

// Events 1 to some number, and then one gap: `dropped` events from the next on.
template <class Next>
void check_loss(Next next, std::uint64_t dropped)
{
    std::uint64_t received = 0;
    for (;;) {
        boost::json::object const record = next();
        if (record.contains("op")) {
            BOOST_TEST(record.at("op") == "gap");
            BOOST_TEST(number(record.at("from")) == received + 1);
            BOOST_TEST(number(record.at("dropped")) == dropped);
            BOOST_TEST(number(record.at("to")) == received + dropped);
            return;
        }
        BOOST_TEST_REQUIRE(number(record.at("seq")) == ++received);
    }
}

void check_loss_then_4008(ws_peer& p, std::uint64_t dropped)
{
    check_loss([&] { return p.next_json(); }, dropped);
    BOOST_TEST(p.next().close_code() == 4008);
}

void check_loss_then_end(sse_peer& p, std::uint64_t dropped)
{
    check_loss([&] { return p.next().json(); }, dropped);
    BOOST_TEST(!p.take());
    BOOST_TEST(p.ends_well());
}

// Events and gaps cover everything that was published.
void check_all_told(story const& s)
{
    std::set<std::uint64_t> told{s.events.begin(), s.events.end()};
    for (auto const& g : s.gaps)
        for (auto seq = g.from; seq <= g.to; ++seq)
            told.insert(seq);
    BOOST_TEST(told.size() == published);
    BOOST_TEST(s.told() == published);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(server_slow_reader)

BOOST_AUTO_TEST_CASE(drop_newest_keeps_the_oldest_and_tells_of_the_rest_in_one_gap)
{
    auto const stalled = run_stalled("?queue=50");
    auto& run = *stalled;
    BOOST_TEST(run.before.queued == 50u);
    BOOST_TEST(run.before.dropped > 300u);
    auto const s = run.resume();
    BOOST_TEST_REQUIRE(s.gaps.size() == 1u);
    auto const kept = s.events.size() - 1;
    for (std::size_t i = 0; i < kept; ++i)
        BOOST_TEST_REQUIRE(s.events[i] == i + 1);
    BOOST_TEST(s.gap_places[0] == kept);
    BOOST_TEST(s.gaps[0].from == kept + 1);
    BOOST_TEST(s.gaps[0].to == published);
    BOOST_TEST(s.gaps[0].dropped == published - kept);
    BOOST_TEST(s.gaps[0].reason == "queue_full");
    BOOST_TEST(run.after.dropped == s.gaps[0].dropped);
    BOOST_TEST(run.after.delivered == s.events.size());
}

BOOST_AUTO_TEST_CASE(drop_oldest_keeps_the_newest)
{
    auto const stalled = run_stalled("?queue=50&overflow=drop_oldest");
    auto& run = *stalled;
    auto const s = run.resume();
    BOOST_TEST_REQUIRE(s.gaps.size() == 1u);
    auto const& gap = s.gaps[0];
    auto const first = s.gap_places[0];
    BOOST_TEST(gap.from == first + 1);
    BOOST_TEST(gap.dropped == gap.to - gap.from + 1);
    for (std::size_t i = 0; i < first; ++i)
        BOOST_TEST_REQUIRE(s.events[i] == i + 1);
    for (std::size_t i = first; i < s.events.size(); ++i)
        BOOST_TEST_REQUIRE(s.events[i] == gap.to + 1 + (i - first));
    BOOST_TEST(s.events.back() == published + 1);
    BOOST_TEST(published - gap.to >= 49u);   // one may have been sent in part
    BOOST_TEST(run.after.dropped == gap.dropped);
    BOOST_TEST(run.after.delivered == s.events.size());
}

BOOST_AUTO_TEST_CASE(latest_keeps_the_newest_of_each_key)
{
    stalled_run run{"?queue=50&overflow=latest&key=type"};
    BOOST_TEST(run.before.queued <= 3u);
    BOOST_TEST(run.before.dropped == 0u);
    auto const s = run.resume();
    std::uint64_t conflated = 0;
    for (auto const& gap : s.gaps) {
        BOOST_TEST(gap.reason == "conflated");
        conflated += gap.dropped;
    }
    BOOST_TEST(s.gaps.size() <= 2u);
    BOOST_TEST(run.after.conflated == conflated);
    BOOST_TEST(run.after.delivered == s.events.size());
    BOOST_TEST(conflated + s.events.size() == published + 1);
    BOOST_TEST(std::ranges::is_sorted(s.events));
    std::set<std::uint64_t> const got{s.events.begin(), s.events.end()};
    BOOST_TEST(got.contains(published));        // the newest of "odd"
    BOOST_TEST(got.contains(published - 10));   // the newest of "even"
}

BOOST_AUTO_TEST_CASE(disconnect_closes_with_4008)
{
    loopback at{with_small_buffers()};
    ws_peer slow{at, "?queue=50&overflow=disconnect", small};
    ws_peer fast{at, "?queue=1000"};
    at.publish_many(published, event_bytes);
    at.until([&] { return at.broker->subscriber_count() == 1; });
    auto const dropped = at.broker->stats().ledger.dropped;
    check_loss_then_4008(slow, dropped);
    slow.send_close(4008);
    BOOST_TEST(slow.read_to_end().empty());
    for (std::uint64_t seq = 1; seq <= published; ++seq)
        BOOST_TEST_REQUIRE(number(fast.next_json().at("seq")) == seq);
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.balanced(), ledger);
    BOOST_TEST(ledger.queued == 0u);
    BOOST_TEST(ledger.dropped >= 50u);
}

BOOST_AUTO_TEST_CASE(disconnect_ends_an_event_stream_with_its_last_chunk)
{
    loopback at{with_small_buffers()};
    sse_peer slow{at, "?queue=50&overflow=disconnect", 11, small};
    at.publish_many(published, event_bytes);
    at.until([&] { return at.broker->subscriber_count() == 0; });
    check_loss_then_end(slow, at.broker->stats().ledger.dropped);
}

BOOST_AUTO_TEST_CASE(stream_that_an_operator_closes_is_told_its_loss)
{
    for (auto const* const policy : {"drop_newest", "drop_oldest", "latest", "catch_up"}) {
        loopback at{with_small_buffers()};
        auto const query = std::string{"?queue=50&overflow="} + policy;
        ws_peer reader{at, query, small};
        sse_peer other{at, query, 11, small};
        auto operator_ = at.connect();
        at.publish_many(published, event_bytes);
        at.settle();
        operator_.send(get_request("/v1/subscribers"));
        auto const listed = read_reply(operator_).json();
        for (auto const& row : listed.at("subscribers").as_array()) {
            operator_.send("DELETE /v1/subscribers/" + std::to_string(number(row.at("id"))) +
                           " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            BOOST_TEST(read_reply(operator_).status == 204);
        }
        story s;
        for (;;) {
            auto const frame = reader.next();
            if (frame.is_close()) {
                BOOST_TEST(frame.close_code() == 4010);
                break;
            }
            s.add(frame.json());
        }
        check_all_told(s);
        story of_other;
        while (of_other.told() < published)
            of_other.add(other.next().json());
        check_all_told(of_other);
        BOOST_TEST(other.ends_well());
    }
}

// What history let go of for events that are yet to be fanned out has to be told first.
BOOST_AUTO_TEST_CASE(stream_that_is_closed_right_behind_a_burst_is_told_its_loss)
{
    loopback at{with_small_buffers(), {.history = {.max_events = 8}}};
    sse_peer reader{at, "?queue=1&overflow=catch_up", 11, small};
    auto operator_ = at.connect();
    at.publish_many(published - 30, event_bytes);
    at.settle();
    operator_.send(get_request("/v1/subscribers"));
    auto const rows = read_reply(operator_).json().at("subscribers");
    BOOST_TEST(number(rows.at(0).at("lag")) > 8u);
    std::string burst = "[";
    for (int i = 0; i != 30; ++i)
        burst += R"({"type":"t"},)";
    burst.back() = ']';
    operator_.send(post_request(burst) + "DELETE /v1/subscribers/" +
                   std::to_string(number(rows.at(0).at("id"))) +
                   " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(read_reply(operator_).status == 202);
    BOOST_TEST(read_reply(operator_).status == 204);
    story s;
    while (s.told() < published)
        s.add(reader.next().json());
    check_all_told(s);
    BOOST_TEST(reader.ends_well());
    BOOST_TEST(at.broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(peer_that_never_reads_the_close_is_cut)
{
    loopback at{{.send_buffer_bytes = 4096, .close_timeout = std::chrono::milliseconds{300}}};
    ws_peer slow{at, "?queue=50&overflow=disconnect", small};
    at.publish_many(published, event_bytes);
    at.until([&] { return at.server->connection_count() == 0; });
    BOOST_TEST(at.broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(gap_is_told_though_no_event_follows)
{
    for (auto const* const version : {"chunked", "plain"}) {
        loopback at{with_small_buffers()};
        sse_peer slow{at, "?queue=20", version == std::string{"chunked"} ? 11 : 10, small};
        at.publish_many(published, event_bytes);
        at.settle();
        std::uint64_t expected = 1;
        while (expected <= published) {   // a busy kernel may have found room in between
            auto const record = slow.next();
            if (record.event == "thump.gap") {
                auto const gap = record.json();
                BOOST_TEST_REQUIRE(number(gap.at("from")) == expected);
                expected = number(gap.at("to")) + 1;
                continue;
            }
            BOOST_TEST_REQUIRE(record.id == at.broker->epoch() + ':' + std::to_string(expected));
            BOOST_TEST_REQUIRE(number(record.json().at("seq")) == expected++);
        }
    }
}

BOOST_AUTO_TEST_CASE(queue_is_bounded_in_bytes_too)
{
    loopback at{
        {.send_buffer_bytes = 4096, .subscriber_defaults = {.queue = 1000, .queue_bytes = 20'000}}};
    ws_peer slow{at, "", small};
    auto monitor = at.connect();
    thump::ledger ledger;
    for (int i = 0; ledger.queued < 15 && i < 20; ++i) {   // the kernel may still find room
        at.publish_many(published, event_bytes);
        at.settle();
        ledger = audit(at, monitor).at(slow.id);
    }
    BOOST_TEST(ledger.queued >= 15u);
    BOOST_TEST(ledger.queued <= 20u);
}

BOOST_AUTO_TEST_CASE(replaced_subscription_is_accounted_for_and_the_stream_stays_whole)
{
    loopback at{with_small_buffers()};
    ws_peer slow{at, "?queue=50", small};
    at.publish_many(published, event_bytes);
    at.settle();
    slow.send_text(R"({"op":"subscribe","types":["marker"],"ref":1})");
    at.settle();
    at.publish({.type = "marker"});
    at.settle();
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.balanced(), ledger);

    // What the old one was not sent is told before the new one begins.
    std::uint64_t received = 0;
    auto record = slow.next_json();
    for (; !record.if_contains("op"); record = slow.next_json())
        BOOST_TEST_REQUIRE(record.at("seq").to_number<std::uint64_t>() == ++received);
    BOOST_TEST(record.at("op") == "gap");
    BOOST_TEST(record.at("from").to_number<std::uint64_t>() == received + 1);
    BOOST_TEST(record.at("to").to_number<std::uint64_t>() == published);
    BOOST_TEST(record.at("dropped").to_number<std::uint64_t>() == published - received);
    BOOST_TEST(record.at("dropped").to_number<std::uint64_t>() == ledger.dropped);
    BOOST_TEST(record.at("reason") == "queue_full");   // the graver of two
    BOOST_TEST(slow.next_json().at("op") == "subscribed");
    BOOST_TEST(slow.next_json().at("type") == "marker");
    auto monitor = at.connect();
    BOOST_TEST(at.ask(get_request("/v1/subscribers")).json().at("subscribers").as_array().size() ==
               1u);
}

BOOST_AUTO_TEST_SUITE_END()
