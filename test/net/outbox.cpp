// What a connection sends, however little of it the socket takes at a time.
#include <net/outbox.hpp>

#include <wire/ws_frame.hpp>

#include <support/make_event.hpp>
#include <support/print.hpp>
#include <support/random_seed.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace thump;
using net::encoding;
using net::event_queue;
using net::outbox;
using test::make_event;

constexpr std::string_view epoch = "epoch";
constexpr std::size_t chunk_sizes[] = {1, 2, 3, 7, 50, 64, 1000, 1'000'000};

// A reply as a WebSocket's text frame.
std::string reply(int number)
{
    auto const text = std::string{"reply "}.append(std::to_string(number));
    std::string frame;
    wire::append_ws_header(frame, wire::opcode::text, text.size());
    return frame + text;
}

std::uint64_t number_after(std::string_view text, std::string_view key)
{
    auto const at = text.find(key);
    return at == std::string_view::npos ? 0
                                        : std::stoull(std::string{text.substr(at + key.size())});
}

// A record in short: `7` is an event, `[3..5 3]` a gap, `r2` a reply.
std::string name_of(std::string_view record)
{
    if (record.starts_with("reply ")) return std::string{"r"}.append(record.substr(6));
    if (record.starts_with(R"({"op":"gap")"))
        return '[' + std::to_string(number_after(record, R"("from":)")) + ".." +
               std::to_string(number_after(record, R"("to":)")) + ' ' +
               std::to_string(number_after(record, R"("dropped":)")) + ']';
    if (record.starts_with(R"({"seq":)") && record.ends_with('}'))
        return std::to_string(number_after(record, R"("seq":)"));
    return "?";
}

// Splits what was sent into its frames, all of which must be short and whole.
std::vector<std::string> records_in(std::string_view stream)
{
    std::vector<std::string> names;
    while (!stream.empty()) {
        auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(stream[i]); };
        BOOST_TEST_REQUIRE(stream.size() >= 4u);
        BOOST_TEST_REQUIRE(byte(0) == 0x81u);
        std::size_t const header = byte(1) < 126 ? 2 : 4;
        std::size_t const size = byte(1) < 126 ? byte(1) : byte(2) * 256u + byte(3);
        BOOST_TEST_REQUIRE(stream.size() >= header + size);
        names.push_back(name_of(stream.substr(header, size)));
        stream.remove_prefix(header + size);
    }
    return names;
}

std::string joined(std::vector<std::string> const& names)
{
    std::string text;
    for (auto const& name : names)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

// One connection, and the peer that it sends to.
struct line {
    explicit line(core::backlog_options o = {}, encoding form = encoding::ws_json)
        : options{std::move(o)}, events{options, form, epoch}
    {
    }

    void push(std::uint64_t first, std::uint64_t last)
    {
        for (auto seq = first; seq <= last; ++seq)
            events.backlog.push(make_event(seq, {.type = "t"}));
    }

    // One send, of which the socket takes up to `limit` bytes.
    // Whether there was anything to send.
    bool send(std::size_t limit)
    {
        outbox::buffers buffers;
        auto const filled = out.gather(&events, buffers).buffers;
        std::string bytes;
        for (std::size_t i = 0; i < filled; ++i)
            bytes.append(static_cast<char const*>(buffers[i].data()), buffers[i].size());
        auto const taken = std::min(limit, bytes.size());
        sent.append(bytes, 0, taken);
        out.consume(&events, taken);
        return filled > 0;
    }

    // Sends everything, `limit` bytes at a time; then tells what was sent, from the beginning.
    std::string drain(std::size_t limit)
    {
        while (send(limit)) {
        }
        BOOST_TEST(out.idle(&events));
        BOOST_TEST(events.backlog.ledger().balanced());
        BOOST_TEST(events.backlog.ledger().queued == 0u);
        return joined(records_in(sent));
    }

    core::backlog_options const options;
    event_queue events;
    outbox out;
    std::string sent;
};

}   // namespace

BOOST_AUTO_TEST_SUITE(outbox_)

BOOST_AUTO_TEST_CASE(stream_is_the_frames_end_to_end_in_every_form)
{
    for (auto const form : {encoding::ws_json, encoding::sse_json, encoding::sse_plain})
        for (auto const chunk : chunk_sizes) {
            line l{{}, form};
            std::string expected;
            for (std::uint64_t seq = 1; seq <= 5; ++seq) {
                auto const e =
                    make_event(seq, {.type = "t", .message = std::string(seq * 30, 'm')});
                l.events.backlog.push(e);
                expected += net::frame_of(*e, form, epoch)->bytes();
            }
            while (l.send(chunk)) {
            }
            BOOST_TEST(l.sent == expected);
            BOOST_TEST(l.events.backlog.ledger() == (ledger{.matched = 5, .delivered = 5}));
        }
}

BOOST_AUTO_TEST_CASE(more_events_than_one_send_takes_are_sent_all)
{
    for (auto const chunk : chunk_sizes) {
        line l{{.queue = 1000}};
        l.push(1, 200);
        l.drain(chunk);
        BOOST_TEST(l.events.backlog.ledger() == (ledger{.matched = 200, .delivered = 200}));
        BOOST_TEST(records_in(l.sent).size() == 200u);
    }
}

BOOST_AUTO_TEST_CASE(event_is_delivered_with_its_last_byte)
{
    line l;
    l.push(1, 1);
    auto const size = net::frame_of(*l.events.backlog.at(0), encoding::ws_json, epoch)->size();
    for (std::size_t i = 1; i < size; ++i) {
        l.send(1);
        BOOST_TEST_REQUIRE(l.events.backlog.ledger().delivered == 0u);
    }
    l.send(1);
    BOOST_TEST(l.events.backlog.ledger().delivered == 1u);
    BOOST_TEST(!l.send(1));
}

BOOST_AUTO_TEST_CASE(socket_that_takes_nothing_changes_nothing)
{
    line l;
    l.push(1, 2);
    l.send(0);
    l.send(5);
    l.send(0);
    l.out.push_bytes(reply(1));
    l.send(0);
    BOOST_TEST(l.drain(7) == "1 r1 2");
}

// ---------------------------------------------------------------- replies

BOOST_AUTO_TEST_CASE(replies_go_ahead_of_queued_events)
{
    line l;
    l.push(1, 2);
    l.out.push_bytes(reply(1));
    l.out.push_bytes(reply(2));
    BOOST_TEST(l.drain(7) == "r1 r2 1 2");
}

BOOST_AUTO_TEST_CASE(reply_never_lands_inside_an_event_s_frame)
{
    line measure;
    measure.push(1, 3);
    measure.drain(1000);
    for (std::size_t first = 0; first <= measure.sent.size(); ++first)
        for (auto const chunk : {1, 5, 1000}) {
            line l;
            l.push(1, 3);
            l.send(first);
            l.out.push_bytes(reply(1));
            auto names = records_in((l.drain(static_cast<std::size_t>(chunk)), l.sent));
            BOOST_TEST_REQUIRE(std::erase(names, "r1") == 1u);
            BOOST_TEST_REQUIRE(joined(names) == "1 2 3");
        }
}

BOOST_AUTO_TEST_CASE(without_events_there_are_replies_alone)
{
    outbox out;
    out.push_bytes("abc");
    outbox::buffers buffers;
    BOOST_TEST(out.gather(nullptr, buffers).buffers == 1u);
    out.consume(nullptr, 2);
    BOOST_TEST(out.byte_count() == 1u);
    BOOST_TEST(!out.idle(nullptr));
    out.consume(nullptr, 1);
    BOOST_TEST(out.idle(nullptr));
    BOOST_TEST(out.gather(nullptr, buffers).buffers == 0u);
}

// ---------------------------------------------------------------- gaps

BOOST_AUTO_TEST_CASE(gap_stands_where_the_events_are_missing)
{
    for (auto const chunk : chunk_sizes) {
        line l{{.queue = 2}};
        l.push(1, 4);
        BOOST_TEST(l.drain(chunk) == "1 2 [3..4 2]");
        l.push(5, 5);
        BOOST_TEST(l.drain(chunk) == "1 2 [3..4 2] 5");
        BOOST_TEST(l.events.gaps_told == 1u);
    }
}

BOOST_AUTO_TEST_CASE(gap_is_told_once_though_it_is_sent_byte_by_byte)
{
    line l{{.queue = 1}};
    l.push(1, 3);
    while (l.events.gaps_told == 0)
        l.send(1);
    l.send(1);
    l.push(4, 5);
    BOOST_TEST(l.drain(1) == "1 [2..3 2] 4 [5..5 1]");
    BOOST_TEST(l.events.gaps_told == 2u);
}

// ---------------------------------------------------------------- frames that were begun

BOOST_AUTO_TEST_CASE(overflow_never_loses_a_frame_that_was_begun)
{
    for (auto const chunk : chunk_sizes) {
        line oldest{{.queue = 2, .overflow = overflow::drop_oldest}};
        oldest.push(1, 2);
        oldest.send(3);
        oldest.push(3, 4);
        BOOST_TEST(oldest.drain(chunk) == "1 [2..3 2] 4");

        line latest{{.queue = 2, .overflow = overflow::latest, .key = "none"}};
        latest.push(1, 2);
        latest.send(3);
        latest.push(3, 5);
        BOOST_TEST(latest.drain(chunk) == "1 [2..3 2] 4 5");
    }
}

BOOST_AUTO_TEST_CASE(conflation_never_loses_a_frame_that_was_begun)
{
    line l{{.overflow = overflow::latest}};
    l.push(1, 1);
    l.send(3);
    l.push(2, 4);
    BOOST_TEST(l.drain(7) == "1 [2..3 2] 4");
}

BOOST_AUTO_TEST_CASE(rest_of_a_batch_follows_what_was_sent_of_it)
{
    std::vector<event_ptr> batch;
    std::string bytes;
    std::vector<std::size_t> ends;
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        batch.push_back(make_event(seq, {.type = "t"}));
        bytes += net::frame_of(*batch.back(), encoding::ws_json, epoch)->bytes();
        ends.push_back(bytes.size());
    }
    for (std::size_t sent = 0; sent < bytes.size(); ++sent) {
        auto const whole =
            static_cast<std::size_t>(std::ranges::upper_bound(ends, sent) - ends.begin());
        line l;
        l.sent = bytes.substr(0, sent);
        l.events.backlog.delivered_directly(whole);
        l.out.push_partly_sent(l.events, std::span{batch}.subspan(whole),
                               sent - (whole == 0 ? 0 : ends[whole - 1]));
        BOOST_TEST_REQUIRE(l.drain(3) == "1 2 3");
        BOOST_TEST_REQUIRE(l.sent == bytes);
        BOOST_TEST_REQUIRE(l.events.backlog.ledger().delivered == 3u);
    }
}

BOOST_AUTO_TEST_CASE(rest_of_a_batch_is_bounded_like_everything_queued)
{
    std::vector<event_ptr> batch;
    for (std::uint64_t seq = 1; seq <= 5; ++seq)
        batch.push_back(make_event(seq, {.type = "t"}));
    auto const first = net::frame_of(*batch[0], encoding::ws_json, epoch)->bytes();

    line newest{{.queue = 2}};
    newest.sent = first.substr(0, 4);
    BOOST_TEST(
        (newest.out.push_partly_sent(newest.events, batch, 4) == core::push_result::dropped));
    BOOST_TEST(newest.drain(7) == "1 2 [3..5 3]");

    line oldest{{.queue = 2, .overflow = overflow::drop_oldest}};
    oldest.sent = first.substr(0, 4);
    BOOST_TEST((oldest.out.push_partly_sent(oldest.events, batch, 4) == core::push_result::queued));
    BOOST_TEST(oldest.drain(7) == "1 [2..4 3] 5");

    line closing{{.queue = 2, .overflow = overflow::disconnect}};
    closing.sent = first.substr(0, 4);
    BOOST_TEST(
        (closing.out.push_partly_sent(closing.events, batch, 4) == core::push_result::closed));
    BOOST_TEST(closing.drain(7) == "1 2 [3..3 1]");
}

// ---------------------------------------------------------------- abandoned events

BOOST_AUTO_TEST_CASE(frame_that_was_begun_is_ended_when_its_queue_is_abandoned)
{
    for (auto const chunk : chunk_sizes) {
        line l;
        l.push(1, 3);
        l.send(5);
        l.out.abandon_events(l.events);
        BOOST_TEST(!l.out.idle(&l.events));
        BOOST_TEST(!l.out.idle(nullptr));
        l.out.push_bytes(reply(1));
        BOOST_TEST(l.drain(chunk) == "1 r1");
    }
}

BOOST_AUTO_TEST_CASE(events_that_were_not_begun_are_forgotten_with_their_queue)
{
    line l{{.queue = 2}};
    l.push(1, 5);
    l.out.abandon_events(l.events);
    l.out.push_bytes(reply(1));
    BOOST_TEST(l.drain(7) == "r1");
    BOOST_TEST(l.events.backlog.ledger() == (ledger{.matched = 5, .dropped = 5}));
}

BOOST_AUTO_TEST_CASE(next_queue_begins_behind_the_frame_that_was_cut)
{
    for (auto const chunk : chunk_sizes) {
        line l;
        l.push(1, 2);
        l.send(5);
        l.out.abandon_events(l.events);
        l.out.push_bytes(reply(1));
        core::backlog_options const options{.queue = 2};
        event_queue next{options, encoding::ws_json, epoch};
        next.backlog.tell({3, 6, 4, 0, gap_reason::queue_full, false, 0});
        next.backlog.push(make_event(7, {.type = "t"}));
        outbox::buffers buffers;
        while (auto const filled = l.out.gather(&next, buffers).buffers) {
            std::string bytes;
            for (std::size_t i = 0; i < filled; ++i)
                bytes.append(static_cast<char const*>(buffers[i].data()), buffers[i].size());
            bytes.resize(std::min(chunk, bytes.size()));
            l.sent += bytes;
            l.out.consume(&next, bytes.size());
        }
        BOOST_TEST(joined(records_in(l.sent)) == "1 r1 [3..6 4] 7");
    }
}

// ---------------------------------------------------------------- whatever may happen

BOOST_AUTO_TEST_CASE(frames_stay_whole_and_books_balanced_whatever_happens)
{
    auto const seed = test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        std::mt19937_64 random{seed};
        auto const below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        for (int round = 0; round < 60; ++round) {
            auto const policy = std::array{overflow::drop_newest, overflow::drop_oldest,
                                           overflow::latest}[below(3)];
            line l{{.queue = 1 + below(8), .overflow = policy, .key = "k"}};
            std::uint64_t seq = 0;
            int replies = 0;
            for (int step = 0; step < 500; ++step) {
                if (below(3) > 0)
                    l.events.backlog.push(
                        make_event(++seq, {.type = "t",
                                           .message = std::string(below(200), 'm'),
                                           .metadata = {{"k", std::to_string(below(4))}}}));
                if (below(8) == 0) l.out.push_bytes(reply(++replies));
                if (below(2)) l.send(below(300));
                BOOST_TEST_REQUIRE(l.events.backlog.ledger().balanced());
            }
            l.drain(1 + below(100));

            auto const& books = l.events.backlog.ledger();
            std::uint64_t last = 0;
            std::uint64_t events = 0;
            std::uint64_t told = 0;
            int next_reply = 0;
            for (auto const& name : records_in(l.sent)) {
                if (name[0] == 'r') {
                    BOOST_TEST_REQUIRE(name ==
                                       std::string{"r"}.append(std::to_string(++next_reply)));
                } else if (name[0] == '[') {
                    told += number_after(name, " ");
                } else {
                    auto const now = std::stoull(name);
                    BOOST_TEST_REQUIRE(now > last);
                    last = now;
                    ++events;
                }
            }
            BOOST_TEST(next_reply == replies);
            BOOST_TEST(events == books.delivered);
            BOOST_TEST(told == books.dropped + books.conflated);
            BOOST_TEST(books.matched == seq);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
