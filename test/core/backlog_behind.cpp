// A queue that leaves events in history and reads them from there.
#include <core/backlog.hpp>

#include <core/history.hpp>
#include <support/make_event.hpp>
#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace thump;
using namespace std::chrono_literals;

// A queue for events of type `t` beside a history. What history lets go of is told when a test says
// so, as the end of a turn would.
struct stage {
    explicit stage(std::size_t queue, overflow policy = overflow::catch_up,
                   history_options const& kept = {.max_events = 100})
        : options{.queue = queue, .overflow = policy}
        , h{kept}
        , q{std::make_unique<core::backlog>(options)}
    {
    }

    event_ptr keep(std::string type = "t", time_point now = {})
    {
        auto const e = test::make_event(h.end_seq(), {.type = std::move(type)});
        h.push(e, now, gone);
        return e;
    }

    void publish(int count, std::string type = "t")
    {
        for (; count > 0; --count) {
            auto const e = keep(type);
            if (wanted.matches(*e)) q->push(e);
        }
    }

    bool tell_gone()
    {
        bool const concerned = q->on_evicted(gone, wanted);
        gone.clear();
        return concerned;
    }

    bool refill() { return q->wants_refill() && q->refill(h, wanted); }

    // All that can be had without another refill.
    std::string take()
    {
        std::string text;
        for (;;) {
            std::string next;
            if (auto const g = q->take_gap())
                next = '[' + std::to_string(g->from) + ".." + std::to_string(g->to) + ' ' +
                       std::to_string(g->dropped) + ' ' + std::string{to_string(g->reason)} + ']';
            else if (q->run() > 0)
                next = std::to_string(q->pop()->seq);
            else
                return text;
            text += (text.empty() ? "" : " ") + next;
        }
    }

    core::backlog_options options;
    filter wanted = filter::make(std::vector<std::string>{"t"}).value();
    core::history h;
    std::vector<core::evicted_event> gone;
    std::unique_ptr<core::backlog> q;
};

}   // namespace

BOOST_AUTO_TEST_SUITE(backlog_behind)

BOOST_AUTO_TEST_CASE(catch_up_leaves_in_history_what_has_no_room)
{
    stage s{2};
    s.publish(5);
    BOOST_TEST(s.q->size() == 2u);
    BOOST_TEST(s.q->behind());
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 5, .queued = 5}));
    BOOST_TEST(s.take() == "1 2");
    BOOST_TEST(!s.q->idle());
    s.refill();
    BOOST_TEST(s.take() == "3 4");
    s.refill();
    BOOST_TEST(s.take() == "5");
    BOOST_TEST(!s.q->behind());
    BOOST_TEST(s.q->idle());
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 5, .delivered = 5}));
}

BOOST_AUTO_TEST_CASE(caught_up_queue_goes_on_with_the_live_flow)
{
    stage s{2};
    s.publish(3);
    s.take();
    s.refill();
    BOOST_TEST(!s.q->behind());
    s.publish(1);
    BOOST_TEST(s.q->size() == 2u);
    BOOST_TEST(s.take() == "3 4");
}

BOOST_AUTO_TEST_CASE(one_that_is_behind_holds_no_events_but_those_of_its_queue)
{
    stage s{2, overflow::catch_up, {.max_events = 1'000'000}};
    s.publish(100'000);
    BOOST_TEST(s.q->size() == 2u);
    BOOST_TEST(s.q->ledger().queued == 100'000u);
}

BOOST_AUTO_TEST_CASE(only_what_history_lets_go_of_is_lost_and_told_where_it_is_missing)
{
    stage s{2, overflow::catch_up, {.max_events = 3}};
    s.publish(10);   // 1 and 2 are queued, 8 to 10 in history
    BOOST_TEST(s.tell_gone());
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 10, .queued = 5, .dropped = 5}));
    BOOST_TEST(s.take() == "1 2 [3..7 5 history_overrun]");
    s.refill();
    BOOST_TEST(s.take() == "8 9");
    s.refill();
    BOOST_TEST(s.take() == "10");
}

BOOST_AUTO_TEST_CASE(gap_counts_matching_events_only)
{
    stage s{1, overflow::catch_up, {.max_events = 2}};
    s.publish(2);
    s.publish(1, "other");
    s.publish(1);
    s.publish(3, "other");
    s.tell_gone();
    BOOST_TEST(s.take() == "1 [2..4 2 history_overrun]");
    BOOST_TEST(s.q->idle());
}

BOOST_AUTO_TEST_CASE(loss_by_age_is_expired)
{
    stage s{1, overflow::catch_up, {.max_age = 10s}};
    s.publish(3);
    s.h.expire({11, 0}, s.gone);
    s.tell_gone();
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 3, .queued = 1, .expired = 2}));
    BOOST_TEST(s.take() == "1 [2..3 2 expired]");
}

BOOST_AUTO_TEST_CASE(is_not_refilled_before_it_was_told_what_is_gone)
{
    stage s{1, overflow::catch_up, {.max_events = 2}};
    s.publish(5);
    s.take();
    s.refill();
    BOOST_TEST(s.q->size() == 0u);
    s.tell_gone();
    s.refill();
    BOOST_TEST(s.take() == "[2..3 2 history_overrun] 4");
}

// What history has, but the end of the turn is yet to hand out.
BOOST_AUTO_TEST_CASE(reads_no_event_that_was_not_pushed_yet)
{
    stage s{4};
    s.publish(6);
    auto const seven = s.keep();
    s.take();
    s.refill();
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 6, .delivered = 4, .queued = 2}));
    s.q->push(seven);
    BOOST_TEST(s.take() == "5 6 7");
}

BOOST_AUTO_TEST_CASE(one_that_lost_all_it_had_to_read_is_not_behind)
{
    stage s{2, overflow::catch_up, {.max_events = 2}};
    s.publish(3);
    s.publish(2, "other");
    s.tell_gone();
    BOOST_TEST(!s.q->behind());
    s.publish(2, "other");
    s.tell_gone();
    s.publish(1);   // no room: 1 and 2 are still queued
    BOOST_TEST(s.q->behind());
    BOOST_TEST(s.take() == "1 2 [3..3 1 history_overrun]");
    s.refill();
    BOOST_TEST(s.take() == "8");
}

BOOST_AUTO_TEST_CASE(gaps_keep_their_places_while_events_before_them_are_lost)
{
    for (auto const policy : {overflow::drop_oldest, overflow::latest}) {
        stage s{4, policy, {.max_events = 3}};
        s.options.key = "k";   // which no event has
        for (int i = 0; i < 3; ++i)
            s.keep();
        s.q->begin_behind(1, 3);
        s.refill();   // 1 to 3
        s.publish(1);
        s.q->push(s.keep());   // 1 is lost for 5
        s.tell_gone();
        BOOST_TEST(s.take() == "[1..1 1 queue_full] 2 3 4 5");
    }
    stage s{4, overflow::drop_oldest, {.max_events = 3}};
    for (int i = 0; i < 3; ++i)
        s.keep();
    s.q->begin_behind(1, 3);
    s.options.queue = 2;
    s.refill();     // 1 and 2; 3 is still to be read
    s.publish(4);   // 7 is the newest, 5 to 7 are kept
    s.tell_gone();
    BOOST_TEST(s.q->pop()->seq == 1u);
    s.options.queue = 4;
    s.refill();     // 2 [3..4] 5 6 7
    s.publish(1);   // 2 is lost for 8
    BOOST_TEST(s.take() == "[2..4 3 history_overrun] 5 6 7 8");
}

BOOST_AUTO_TEST_CASE(looks_at_many_events_in_several_steps)
{
    stage s{2, overflow::catch_up, {.max_events = 100'000}};
    s.publish(3);
    s.publish(40'000, "other");
    s.publish(1);
    s.take();
    BOOST_TEST(s.refill());
    BOOST_TEST(s.take() == "3");
    int steps = 1;
    while (s.refill())
        ++steps;
    BOOST_TEST(steps > 1);
    BOOST_TEST(s.take() == std::to_string(40'004));
}

BOOST_AUTO_TEST_CASE(newcomer_reads_the_past_under_any_policy_and_loses_none_of_it)
{
    for (auto const policy : {overflow::drop_newest, overflow::drop_oldest, overflow::latest,
                              overflow::disconnect, overflow::catch_up}) {
        stage s{2, policy};
        s.options.key = "k";   // which no event has
        for (int i = 0; i < 10; ++i)
            s.keep();
        s.q->begin_behind(3, 8);
        BOOST_TEST(s.q->ledger() == (ledger{.matched = 8, .queued = 8}));
        s.publish(2);
        std::string all;
        while (!s.q->idle()) {
            s.refill();
            all += s.take() + ' ';
        }
        BOOST_TEST(all == "3 4 5 6 7 8 9 10 11 12 ");
    }
}

BOOST_AUTO_TEST_CASE(what_is_given_up_is_told_exactly)
{
    stage s{1};
    s.publish(2);
    s.publish(1, "other");
    s.publish(1);
    s.publish(1, "other");
    s.q->give_up_history(s.h, s.wanted);
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 3, .queued = 1, .dropped = 2}));
    BOOST_TEST(s.take() == "1 [2..4 2 history_overrun]");
    BOOST_TEST(s.q->idle());
}

BOOST_AUTO_TEST_CASE(ended_one_tells_of_what_it_held_and_of_what_it_had_to_read)
{
    stage s{1};
    s.publish(2);
    s.publish(1, "other");
    s.publish(2);
    s.publish(1, "other");
    auto const lost = s.q->end(s.h, s.wanted);
    BOOST_TEST_REQUIRE(lost.size() == 1u);
    BOOST_TEST((lost[0].from == 1u && lost[0].to == 5u && lost[0].dropped == 4u));
    BOOST_TEST((lost[0].reason == gap_reason::subscription_ended));
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 4, .dropped = 4}));
    BOOST_TEST(s.q->idle());
    BOOST_TEST(s.q->end(s.h, s.wanted).empty());
}

BOOST_AUTO_TEST_CASE(what_a_cursor_asked_for_in_vain_is_told_apart_by_one_that_is_ended_too)
{
    stage s{1};
    s.q->tell({.reason = gap_reason::cursor_expired, .oldest = 1});
    s.publish(3);
    auto const lost = s.q->end(s.h, s.wanted);
    BOOST_TEST_REQUIRE(lost.size() == 2u);
    BOOST_TEST((lost[0] == gap{.reason = gap_reason::cursor_expired, .oldest = 1}));
    BOOST_TEST((lost[1].from == 1u && lost[1].to == 3u && lost[1].dropped == 3u));
}

BOOST_AUTO_TEST_CASE(abandoned_one_counts_what_it_had_to_read_as_dropped)
{
    stage s{1};
    s.publish(5);
    s.q->abandon();
    BOOST_TEST(!s.q->behind());
    BOOST_TEST(s.q->ledger() == (ledger{.matched = 5, .dropped = 5}));
}

BOOST_AUTO_TEST_SUITE_END()
