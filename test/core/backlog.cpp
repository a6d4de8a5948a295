#include <core/backlog.hpp>

#include <support/make_event.hpp>
#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace thump;
using core::backlog_options;
using core::push_result;
using test::make_event;
using test::make_sized_event;

constexpr std::size_t event_size = 10;

// A queue of its own options, with words for what the tests do to it.
struct queue {
    explicit queue(backlog_options o) : options{std::move(o)} {}

    push_result push(std::uint64_t seq, std::size_t size = event_size)
    {
        return it.push(make_sized_event(seq, size));
    }
    push_result push_keyed(std::uint64_t seq, std::string key)
    {
        return it.push(make_event(seq, {.type = std::move(key)}));
    }
    void push_all(std::uint64_t first, std::uint64_t last)
    {
        for (auto seq = first; seq <= last; ++seq)
            push(seq);
    }

    // What a receiver is handed from now to the end: `1 2 [3..5 3 queue_full] 6`.
    std::string drain()
    {
        std::string text;
        for (;;) {
            auto const due = it.take_gap();
            if (!due && it.run() == 0) return text;
            if (!text.empty()) text += ' ';
            text += due ? text_of(*due) : std::to_string(it.pop()->seq);
        }
    }

    static std::string text_of(gap const& g)
    {
        return '[' + std::to_string(g.from) + ".." + std::to_string(g.to) + ' ' +
               std::to_string(g.dropped) + ' ' + std::string{to_string(g.reason)} + ']';
    }

    backlog_options const options;
    core::backlog it{options};
};

queue bounded(std::size_t events, overflow policy)
{
    return queue{{.queue = events, .overflow = policy}};
}

}   // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(push_result)

BOOST_AUTO_TEST_SUITE(backlog)

BOOST_AUTO_TEST_CASE(new_queue_is_idle_and_balanced)
{
    auto q = bounded(3, overflow::drop_newest);
    BOOST_TEST(q.it.idle());
    BOOST_TEST(q.it.size() == 0u);
    BOOST_TEST(q.it.run() == 0u);
    BOOST_TEST(!q.it.take_gap());
    BOOST_TEST(q.it.ledger() == ledger{});
}

BOOST_AUTO_TEST_CASE(hands_out_in_order_and_counts)
{
    auto q = bounded(3, overflow::drop_newest);
    q.push_all(1, 3);
    BOOST_TEST(q.it.at(0)->seq == 1u);
    BOOST_TEST(q.it.at(2)->seq == 3u);
    BOOST_TEST(q.it.pop()->seq == 1u);
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 3, .delivered = 1, .queued = 2}));
    BOOST_TEST(q.drain() == "2 3");
    BOOST_TEST(q.it.idle());
}

BOOST_AUTO_TEST_CASE(direct_delivery_is_counted_without_queueing)
{
    auto q = bounded(3, overflow::drop_newest);
    q.it.delivered_directly(5);
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 5, .delivered = 5}));
    BOOST_TEST(q.it.idle());
}

// ---------------------------------------------------------------- bounds

BOOST_AUTO_TEST_CASE(full_queue_drops_newest_and_counts_it)
{
    auto q = bounded(2, overflow::drop_newest);
    BOOST_TEST(q.push(1) == push_result::queued);
    BOOST_TEST(q.push(2) == push_result::queued);
    BOOST_TEST(q.push(3) == push_result::dropped);
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 3, .queued = 2, .dropped = 1}));
    BOOST_TEST(q.drain() == "1 2 [3..3 1 queue_full]");
}

BOOST_AUTO_TEST_CASE(bytes_are_bounded_too)
{
    queue q{{.queue = 100, .queue_bytes = 100}};
    BOOST_TEST(q.push(1, 60) == push_result::queued);
    BOOST_TEST(q.push(2, 41) == push_result::dropped);
    BOOST_TEST(q.push(3, 40) == push_result::queued);
    BOOST_TEST(q.push(4, 1) == push_result::dropped);
    q.it.pop();
    BOOST_TEST(q.push(5, 61) == push_result::dropped);
    BOOST_TEST(q.it.take_gap().value().from == 2u);
    BOOST_TEST(q.drain() == "3 [4..5 2 queue_full]");
}

BOOST_AUTO_TEST_CASE(event_over_the_byte_bound_fits_an_empty_queue_only)
{
    for (auto const policy : {overflow::drop_newest, overflow::drop_oldest, overflow::latest}) {
        queue q{{.queue = 100, .queue_bytes = 10, .overflow = policy}};
        BOOST_TEST(q.push(1, 1000) == push_result::queued);
        BOOST_TEST(q.it.size() == 1u);
        q.it.pop();
        q.push(2, 1);
        q.push(3, 1000);
        BOOST_TEST(q.it.size() == 1u);
        BOOST_TEST(q.it.at(0)->seq == (policy == overflow::drop_newest ? 2u : 3u));
    }
}

BOOST_AUTO_TEST_CASE(queue_of_one_is_possible_under_every_policy)
{
    for (auto const policy : {overflow::drop_newest, overflow::drop_oldest, overflow::latest}) {
        auto q = bounded(1, policy);
        q.push(1);
        q.push(2);
        BOOST_TEST(q.it.size() == 1u);
        BOOST_TEST(q.it.ledger().balanced());
    }
}

// ---------------------------------------------------------------- gaps

BOOST_AUTO_TEST_CASE(gap_tells_range_count_and_bytes_exactly)
{
    queue q{{.queue = 1}};
    q.push(10, 5);
    q.push(12, 7);
    q.push(15, 9);
    BOOST_TEST(!q.it.take_gap());   // not before the event that stands before it
    q.it.pop();
    BOOST_TEST(q.it.take_gap().value() == (gap{12, 15, 2, 16, gap_reason::queue_full, false}));
    BOOST_TEST(!q.it.take_gap());
}

BOOST_AUTO_TEST_CASE(gap_stands_where_the_events_are_missing)
{
    auto q = bounded(2, overflow::drop_newest);
    q.push_all(1, 4);
    q.it.pop();
    q.push(5);
    q.push(6);
    BOOST_TEST(q.it.run() == 1u);
    BOOST_TEST(q.drain() == "2 [3..4 2 queue_full] 5 [6..6 1 queue_full]");
}

BOOST_AUTO_TEST_CASE(gap_is_merged_while_no_event_comes_between)
{
    auto q = bounded(1, overflow::drop_newest);
    q.push_all(1, 3);
    q.it.pop();
    BOOST_TEST(q.it.run() == 0u);
    BOOST_TEST(!q.it.idle());
    q.push(4);   // behind the gap of 2 and 3
    q.push(5);
    BOOST_TEST(q.drain() == "[2..3 2 queue_full] 4 [5..5 1 queue_full]");
}

BOOST_AUTO_TEST_CASE(queue_with_a_gap_alone_is_not_idle)
{
    auto q = bounded(1, overflow::drop_newest);
    q.push_all(1, 2);
    q.it.pop();
    BOOST_TEST(q.it.size() == 0u);
    BOOST_TEST(!q.it.idle());
    BOOST_TEST(q.it.take_gap().has_value());
    BOOST_TEST(q.it.idle());
}

BOOST_AUTO_TEST_CASE(loss_elsewhere_is_told_before_everything_queued)
{
    auto q = bounded(2, overflow::drop_newest);
    q.push_all(5, 6);
    q.it.tell({1, 4, 4, 40, gap_reason::cursor_expired, true});
    BOOST_TEST(q.it.run() == 0u);
    BOOST_TEST(q.drain() == "[1..4 4 cursor_expired] 5 6");
}

// It is in no ledger, and of another epoch it has no numbers.
BOOST_AUTO_TEST_CASE(what_a_cursor_asked_for_in_vain_shares_no_gap)
{
    auto q = bounded(10, overflow::latest);
    q.it.tell({0, 0, 0, 0, gap_reason::cursor_expired, false});
    q.push_keyed(5, "a");
    q.push_keyed(6, "b");
    q.push_keyed(7, "a");
    q.push_keyed(8, "b");
    BOOST_TEST(q.it.run() == 0u);
    BOOST_TEST(q.drain() == "[0..0 0 cursor_expired] [5..6 2 conflated] 7 8");
    BOOST_TEST(q.it.ledger().balanced());

    q.it.tell({1, 4, 4, 40, gap_reason::cursor_expired, false});
    q.it.tell({9, 9, 1, 10, gap_reason::history_overrun, false});
    q.it.tell({10, 10, 1, 10, gap_reason::history_overrun, false});
    BOOST_TEST(q.drain() == "[1..4 4 cursor_expired] [9..10 2 history_overrun]");
}

BOOST_AUTO_TEST_CASE(gap_that_moves_up_to_that_of_a_cursor_stays_apart)
{
    auto q = bounded(2, overflow::drop_oldest);
    q.push_all(5, 5);
    q.it.pin_front();
    q.it.tell({1, 4, 4, 40, gap_reason::cursor_expired, false});
    q.push_all(6, 8);   // 6 and 7 go
    BOOST_TEST(q.drain() == "5 [1..4 4 cursor_expired] [6..7 2 queue_full] 8");
}

BOOST_AUTO_TEST_CASE(merged_gap_is_recoverable_only_if_both_are)
{
    auto q = bounded(2, overflow::drop_newest);
    q.it.tell({1, 2, 2, 20, gap_reason::expired, true});
    q.it.tell({3, 3, 1, 5, gap_reason::history_overrun, false});
    BOOST_TEST(q.it.take_gap().value() == (gap{1, 3, 3, 25, gap_reason::history_overrun, false}));
}

// ---------------------------------------------------------------- drop_oldest

BOOST_AUTO_TEST_CASE(drop_oldest_loses_the_front_and_tells_it_first)
{
    auto q = bounded(2, overflow::drop_oldest);
    q.push_all(1, 2);
    BOOST_TEST(q.push(3) == push_result::queued);
    BOOST_TEST(q.push(4) == push_result::queued);
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 4, .queued = 2, .dropped = 2}));
    BOOST_TEST(q.drain() == "[1..2 2 queue_full] 3 4");
}

BOOST_AUTO_TEST_CASE(drop_oldest_makes_room_for_the_bytes_of_the_new)
{
    queue q{{.queue = 10, .queue_bytes = 30, .overflow = overflow::drop_oldest}};
    q.push_all(1, 3);
    BOOST_TEST(q.push(4, 20) == push_result::queued);
    BOOST_TEST(q.drain() == "[1..2 2 queue_full] 3 4");
}

// ---------------------------------------------------------------- latest

BOOST_AUTO_TEST_CASE(latest_keeps_the_newest_of_each_key_though_not_full)
{
    auto q = bounded(10, overflow::latest);
    q.push_keyed(1, "a");
    q.push_keyed(2, "b");
    q.push_keyed(3, "a");
    q.push_keyed(4, "a");
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 4, .queued = 2, .conflated = 2}));
    BOOST_TEST(q.drain() == "[1..3 2 conflated] 2 4");
}

BOOST_AUTO_TEST_CASE(latest_begins_anew_once_an_event_is_handed_out)
{
    auto q = bounded(10, overflow::latest);
    q.push_keyed(1, "a");
    q.it.pop();
    q.push_keyed(2, "a");
    BOOST_TEST(q.drain() == "2");
}

BOOST_AUTO_TEST_CASE(latest_tells_events_apart_by_a_metadata_key)
{
    queue q{{.overflow = overflow::latest, .key = "node"}};
    auto const push = [&](std::uint64_t seq, std::string node) {
        q.it.push(make_event(seq, {.type = "load", .metadata = {{"node", std::move(node)}}}));
    };
    push(1, "n1");
    push(2, "n2");
    push(3, "n1");
    push(4, "");
    push(5, "");
    BOOST_TEST(q.drain() == "[1..4 2 conflated] 2 3 5");
}

BOOST_AUTO_TEST_CASE(latest_never_conflates_events_without_the_key)
{
    queue q{{.overflow = overflow::latest, .key = "node"}};
    q.push_all(1, 5);
    BOOST_TEST(q.drain() == "1 2 3 4 5");
}

BOOST_AUTO_TEST_CASE(latest_full_of_keys_drops_the_oldest)
{
    auto q = bounded(2, overflow::latest);
    q.push_keyed(1, "a");
    q.push_keyed(2, "b");
    q.push_keyed(3, "c");
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 3, .queued = 2, .dropped = 1}));
    q.push_keyed(4, "b");
    BOOST_TEST(q.drain() == "[1..2 2 queue_full] 3 4");
}

BOOST_AUTO_TEST_CASE(latest_remembers_no_key_of_an_event_that_was_dropped)
{
    auto q = bounded(1, overflow::latest);
    q.push_keyed(1, "a");
    q.push_keyed(2, "b");   // drops 1
    q.push_keyed(3, "a");   // drops 2; nothing to conflate
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 3, .queued = 1, .dropped = 2}));
    BOOST_TEST(q.drain() == "[1..2 2 queue_full] 3");
}

// ---------------------------------------------------------------- disconnect

BOOST_AUTO_TEST_CASE(disconnect_closes_at_the_first_overflow_and_tells_it)
{
    auto q = bounded(2, overflow::disconnect);
    q.push_all(1, 2);
    BOOST_TEST(!q.it.closed());
    BOOST_TEST(q.push(3) == push_result::closed);
    BOOST_TEST(q.it.closed());
    BOOST_TEST(q.push(4) == push_result::closed);
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 3, .queued = 2, .dropped = 1}));
    BOOST_TEST(q.drain() == "1 2 [3..3 1 queue_full]");
}

// ---------------------------------------------------------------- pinning

BOOST_AUTO_TEST_CASE(pinned_front_is_never_lost)
{
    auto q = bounded(3, overflow::drop_oldest);
    q.push_all(1, 3);
    q.it.pin_front();
    q.push_all(4, 5);
    BOOST_TEST(!q.it.take_gap());
    BOOST_TEST(q.it.run() == 1u);
    BOOST_TEST(q.drain() == "1 [2..3 2 queue_full] 4 5");
}

BOOST_AUTO_TEST_CASE(pinned_front_takes_no_key_s_place)
{
    auto q = bounded(2, overflow::latest);
    q.push_keyed(1, "b");
    q.it.pin_front();
    q.push_keyed(2, "b");
    q.push_keyed(3, "a");
    q.push_keyed(4, "b");
    BOOST_TEST(q.it.run() == 1u);
    BOOST_TEST(q.drain() == "1 [2..2 1 conflated] 3 4");
}

BOOST_AUTO_TEST_CASE(pinned_front_takes_none_of_the_bytes_that_keys_have)
{
    auto const two = 2 * make_event(1, {.type = "a"})->size_bytes();
    queue q{{.queue = 9, .queue_bytes = two, .overflow = overflow::latest}};
    for (std::uint64_t seq = 1; seq <= 5; ++seq) {
        q.push_keyed(seq, seq % 2 ? "a" : "b");
        if (seq == 1) q.it.pin_front();
    }
    BOOST_TEST(q.drain() == "1 [2..3 2 conflated] 4 5");
}

BOOST_AUTO_TEST_CASE(pinned_front_is_not_conflated)
{
    auto q = bounded(3, overflow::latest);
    q.push_keyed(1, "a");
    q.it.pin_front();
    q.push_keyed(2, "a");
    q.push_keyed(3, "a");
    BOOST_TEST(q.drain() == "1 [2..2 1 conflated] 3");
}

BOOST_AUTO_TEST_CASE(queue_of_one_pinned_event_keeps_the_newest_behind_it)
{
    for (auto const policy : {overflow::drop_oldest, overflow::latest}) {
        auto q = bounded(1, policy);
        q.push_keyed(1, "a");
        q.it.pin_front();
        BOOST_TEST(q.push_keyed(2, "a") == push_result::queued);
        BOOST_TEST(q.push_keyed(3, "b") == push_result::queued);
        BOOST_TEST(q.drain() == "1 [2..2 1 queue_full] 3");
        q.push_keyed(4, "a");
        BOOST_TEST(q.drain() == "4");
    }
}

BOOST_AUTO_TEST_CASE(pin_ends_with_pop)
{
    auto q = bounded(2, overflow::drop_oldest);
    q.push_all(1, 2);
    q.it.pin_front();
    q.it.pop();
    q.push_all(3, 4);
    BOOST_TEST(q.drain() == "[2..2 1 queue_full] 3 4");
}

// ---------------------------------------------------------------- the end

BOOST_AUTO_TEST_CASE(abandoned_queue_counts_what_it_held_as_dropped)
{
    auto q = bounded(2, overflow::drop_newest);
    q.push_all(1, 3);
    q.it.pop();
    q.it.abandon();
    BOOST_TEST(q.it.ledger() == (ledger{.matched = 3, .delivered = 1, .dropped = 2}));
    BOOST_TEST(q.it.idle());
    BOOST_TEST(q.it.run() == 0u);
    BOOST_TEST(!q.it.take_gap());
    q.it.abandon();
    BOOST_TEST(q.it.ledger().dropped == 2u);
}

BOOST_AUTO_TEST_CASE(released_memory_is_taken_again_when_needed)
{
    auto q = bounded(2, overflow::latest);
    q.push_keyed(1, "a");
    q.it.pop();
    q.it.release_memory();
    q.push_keyed(2, "a");
    q.push_keyed(3, "a");
    BOOST_TEST(q.drain() == "[2..2 1 conflated] 3");
}

BOOST_AUTO_TEST_CASE(events_are_shared_not_kept)
{
    auto q = bounded(2, overflow::drop_oldest);
    auto const e = make_event(1);
    q.it.push(e);
    BOOST_TEST(q.it.at(0) == e);
    q.push_all(2, 3);
    BOOST_TEST(e->type == "task.failed");
}

BOOST_AUTO_TEST_SUITE_END()
