#include <core/history.hpp>

#include <support/make_event.hpp>
#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace thump;
using namespace std::chrono_literals;

constexpr time_point noon{1'700'000'000, 0};

time_point at(std::int64_t seconds_after_noon)
{
    return {noon.seconds + seconds_after_noon, 0};
}

filter of(std::string pattern)
{
    return filter::make(std::vector{std::move(pattern)}).value();
}

// A history, and what it has let go of in short: `3 expired`.
struct fixture {
    core::history make(history_options const& options) { return core::history{options}; }

    void publish(core::history& h, time_point now, std::string type = "t", std::size_t size = 10)
    {
        h.push(test::make_event(h.end_seq(), {.type = type, .message = std::string(size - 1, '.')}),
               now, gone);
    }

    std::string take_gone()
    {
        std::string text;
        for (auto const& [what, why] : gone)
            text += (text.empty() ? "" : ", ") + std::to_string(what->seq) + ' ' +
                    std::string{to_string(why)};
        gone.clear();
        return text;
    }

    // Ten events at noon and each second after it, of types a and b by turns; 1 to 5 are gone.
    core::history ten()
    {
        auto h = make({.max_events = 5});
        for (int i = 0; i < 10; ++i)
            publish(h, at(i), i % 2 ? "b" : "a");
        return h;
    }

    static core::starting_point since(core::history const& h, position const& p,
                                      filter const& wanted = {})
    {
        return core::resolve_since(h, "here", p, wanted, at(10));
    }

    static std::optional<std::uint64_t> until(core::history const& h, position const& p,
                                              filter const& wanted = {})
    {
        return core::resolve_until(h, "here", p, wanted, at(10));
    }

    std::vector<core::evicted_event> gone;
};

// A gap over all events from `from` to `to`, before an oldest one.
gap stale(std::uint64_t from, std::uint64_t to, std::uint64_t oldest)
{
    return {.from = from,
            .to = to,
            .dropped = to == 0 ? 0 : to - from + 1,
            .reason = gap_reason::cursor_expired,
            .oldest = oldest};
}

}   // namespace

BOOST_FIXTURE_TEST_SUITE(history, fixture)

// ---------------------------------------------------------------- bounds

BOOST_AUTO_TEST_CASE(new_history_begins_with_the_first_event_to_come)
{
    auto const h = make({});
    BOOST_TEST(h.empty());
    BOOST_TEST(h.first_seq() == 1u);
    BOOST_TEST(h.end_seq() == 1u);
}

BOOST_AUTO_TEST_CASE(number_of_events_is_bounded)
{
    auto h = make({.max_events = 3});
    for (int i = 0; i < 5; ++i)
        publish(h, noon);
    BOOST_TEST(take_gone() == "1 history_overrun, 2 history_overrun");
    BOOST_TEST(h.first_seq() == 3u);
    BOOST_TEST(h.size() == 3u);
    BOOST_TEST(h.at(3)->seq == 3u);
    BOOST_TEST(h.at(5)->seq == 5u);
}

BOOST_AUTO_TEST_CASE(bytes_are_bounded_but_for_the_newest_event)
{
    auto h = make({.max_bytes = 100});
    publish(h, noon, "t", 60);
    publish(h, noon, "t", 40);
    BOOST_TEST(take_gone() == "");
    BOOST_TEST(h.bytes() == 100u);
    publish(h, noon, "t", 1);
    BOOST_TEST(take_gone() == "1 history_overrun");
    publish(h, noon, "t", 500);
    BOOST_TEST(take_gone() == "2 history_overrun, 3 history_overrun");
    BOOST_TEST(h.size() == 1u);
    BOOST_TEST(h.bytes() == 500u);
}

BOOST_AUTO_TEST_CASE(age_is_bounded_to_the_second)
{
    auto h = make({.max_age = 10s});
    publish(h, at(0));
    publish(h, at(5));
    h.expire(at(10), gone);
    BOOST_TEST(take_gone() == "");
    h.expire(at(11), gone);
    BOOST_TEST(take_gone() == "1 expired");
    publish(h, at(16));
    BOOST_TEST(take_gone() == "2 expired");
    BOOST_TEST(h.first_seq() == 3u);
}

BOOST_AUTO_TEST_CASE(no_history_keeps_nothing_and_still_counts)
{
    auto h = make({.max_events = 0});
    publish(h, noon);
    publish(h, noon);
    BOOST_TEST(h.empty());
    BOOST_TEST(h.first_seq() == 3u);
    BOOST_TEST(take_gone() == "");
}

BOOST_AUTO_TEST_CASE(clock_that_steps_back_does_not_bring_time_into_disorder)
{
    auto h = make({});
    publish(h, at(10));
    publish(h, at(5));
    publish(h, at(20));
    BOOST_TEST(h.first_at(at(10)) == 1u);
    BOOST_TEST(h.first_at(at(11)) == 3u);
}

// ---------------------------------------------------------------- since

BOOST_AUTO_TEST_CASE(sequence_number_stands_for_what_comes_after_it)
{
    auto const h = ten();
    BOOST_TEST(since(h, at_sequence{7}).next == 8u);
    BOOST_TEST(since(h, cursor{"here", 7}).next == 8u);
    BOOST_TEST(since(h, at_sequence{10}).next == 11u);
    BOOST_TEST(!since(h, at_sequence{5}).lost);   // 6 is the oldest: nothing is missing
    BOOST_TEST(since(h, at_sequence{5}).next == 6u);
}

BOOST_AUTO_TEST_CASE(beginning_before_the_first_event_misses_nothing)
{
    auto const h = make({});
    BOOST_TEST(!since(h, at_sequence{0}).lost);
    BOOST_TEST(!since(h, cursor{"here", 0}).lost);
}

BOOST_AUTO_TEST_CASE(overrun_cursor_tells_what_is_missing)
{
    auto const h = ten();
    for (position const& p : {position{at_sequence{2}}, position{cursor{"here", 2}}}) {
        auto const start = since(h, p);
        BOOST_TEST(start.lost.value() == stale(3, 5, 6));
        BOOST_TEST(start.next == 6u);
    }
}

BOOST_AUTO_TEST_CASE(cursor_of_another_epoch_or_of_the_future_is_lost_and_all_is_replayed)
{
    auto const h = ten();
    for (position const& p : {position{cursor{"there", 7}}, position{at_sequence{11}},
                              position{cursor{"here", 11}}, position{at_sequence{UINT64_MAX}}}) {
        auto const start = since(h, p);
        BOOST_TEST(start.lost.value() == stale(0, 0, 6));
        BOOST_TEST(start.next == 6u);
    }
}

BOOST_AUTO_TEST_CASE(stale_cursor_at_an_empty_history_names_no_oldest)
{
    auto h = make({.max_age = 1s});
    publish(h, at(0));
    publish(h, at(0));
    h.expire(at(10), gone);
    BOOST_TEST(since(h, at_sequence{1}).lost.value() == stale(2, 2, 0));
    BOOST_TEST(!since(h, at_sequence{2}).lost);
}

BOOST_AUTO_TEST_CASE(time_stands_for_what_was_published_then_or_later)
{
    auto const h = ten();   // event 6 at 5 s
    BOOST_TEST(since(h, at(7)).next == 8u);
    BOOST_TEST(since(h, time_point{at(7).seconds, 1}).next == 9u);
    BOOST_TEST(since(h, at(-100)).next == 6u);
    BOOST_TEST(since(h, at(100)).next == 11u);
    BOOST_TEST(since(h, time_back{3s}).next == 8u);   // it is 10 s
    BOOST_TEST(since(h, time_back{24h}).next == 6u);
    BOOST_TEST(since(h, time_back{0s}).next == 11u);
}

BOOST_AUTO_TEST_CASE(last_events_are_those_that_match)
{
    auto const h = ten();   // a is 7 and 9; b is 6, 8 and 10
    BOOST_TEST(since(h, last_events{2}).next == 9u);
    BOOST_TEST(since(h, last_events{2}, of("a")).next == 7u);
    BOOST_TEST(since(h, last_events{3}, of("b")).next == 6u);
    BOOST_TEST(since(h, last_events{99}).next == 6u);
    BOOST_TEST(since(h, last_events{0}).next == 11u);
    BOOST_TEST(!since(h, last_events{99}).lost);
}

BOOST_AUTO_TEST_CASE(earliest_is_the_oldest_there_is_and_misses_nothing)
{
    auto const h = ten();
    BOOST_TEST(since(h, earliest{}).next == 6u);
    BOOST_TEST(!since(h, earliest{}).lost);
}

// ---------------------------------------------------------------- until

BOOST_AUTO_TEST_CASE(end_includes_the_event_it_names)
{
    auto const h = ten();
    BOOST_TEST(until(h, at_sequence{7}).value() == 7u);
    BOOST_TEST(until(h, cursor{"here", 12}).value() == 12u);
    BOOST_TEST(until(h, cursor{"there", 7}).value() == 0u);
    BOOST_TEST(until(h, earliest{}).value() == 6u);
    BOOST_TEST(until(core::history{{}}, earliest{}).value() == 0u);   // that is: it has ended
}

BOOST_AUTO_TEST_CASE(end_in_time_includes_what_was_published_then)
{
    auto const h = ten();
    BOOST_TEST(until(h, at(7)).value() == 8u);
    BOOST_TEST(until(h, time_back{3s}).value() == 8u);
    BOOST_TEST(until(h, at(-1)).value() == 5u);   // before everything
    BOOST_TEST(!until(h, at(11)));                // yet to come
}

BOOST_AUTO_TEST_CASE(last_event_by_a_moment_is_the_last_published_then)
{
    auto h = make({});
    BOOST_TEST(core::last_by(h, at(0)) == 0u);
    for (int const second : {1, 1, 3})
        publish(h, at(second));
    BOOST_TEST(core::last_by(h, at(0)) == 0u);
    BOOST_TEST(core::last_by(h, at(1)) == 2u);
    BOOST_TEST(core::last_by(h, {at(2).seconds, 999'999'999}) == 2u);
    BOOST_TEST(core::last_by(h, at(3)) == 3u);
    BOOST_TEST(core::last_by(h, at(9)) == 3u);
    auto none = make({.max_events = 0});
    publish(none, at(1));
    BOOST_TEST(core::last_by(none, at(0)) == 1u);   // it does not know
}

BOOST_AUTO_TEST_CASE(end_before_the_last_events_leaves_out_as_many_that_match)
{
    auto const h = ten();
    BOOST_TEST(until(h, last_events{2}).value() == 8u);
    BOOST_TEST(until(h, last_events{2}, of("a")).value() == 6u);
    BOOST_TEST(until(h, last_events{0}).value() == 10u);
}

// ---------------------------------------------------------------- counting, and what gaps say

BOOST_AUTO_TEST_CASE(counts_what_matches_between_two_events)
{
    auto const h = ten();
    BOOST_TEST(h.count(filter{}, 1, UINT64_MAX) == 5u);
    BOOST_TEST(h.count(of("a"), 1, UINT64_MAX) == 2u);
    BOOST_TEST(h.count(filter{}, 7, 9) == 3u);
    BOOST_TEST(h.count(filter{}, 11, UINT64_MAX) == 0u);
}

BOOST_AUTO_TEST_CASE(gap_is_recoverable_while_history_has_all_of_it)
{
    gap g{.from = 6, .to = 8, .dropped = 2, .reason = gap_reason::queue_full};
    core::mark_recoverable(g, 6);
    BOOST_TEST(g.recoverable);
    core::mark_recoverable(g, 7);
    BOOST_TEST(!g.recoverable);
    for (auto const why :
         {gap_reason::history_overrun, gap_reason::expired, gap_reason::cursor_expired}) {
        g.reason = why;
        core::mark_recoverable(g, 1);
        BOOST_TEST(!g.recoverable);
    }
}

BOOST_AUTO_TEST_SUITE_END()
