// Subscriptions inside the process that begin in the past, end at some place, or fall behind.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/random_seed.hpp>
#include <support/run.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace thump;
using namespace std::chrono_literals;
using boost::system::error_code;
using test::settle;
using test::take_all;

// A broker that keeps ten events.
struct fixture {
    void publish(int count, std::string const& type = "t")
    {
        for (int i = 0; i < count; ++i) {
            BOOST_TEST_REQUIRE(!broker->publish({.type = type}));
            settle(context);
        }
    }

    // What a subscriber can have while the strand reads on in history for it.
    std::string read(subscription& s)
    {
        std::string all;
        for (;;) {
            settle(context);
            auto const part = take_all(s);
            auto const end = part.find_first_not_of("0123456789[]. abcdefghijklmnopqrstuvwxyz_");
            BOOST_TEST_REQUIRE(end == std::string::npos);
            if (part.empty() || all.ends_with(part)) return all;
            all.append(all.empty() ? "" : " ").append(part);
        }
    }

    std::string read_from(subscription_options options)
    {
        auto s = broker->subscribe(std::move(options));
        return read(s);
    }

    void begin_again(broker_options options)
    {
        broker.emplace(context.get_executor(), std::move(options));
    }

    asio::io_context context;
    std::optional<thump::broker> broker{std::in_place, context.get_executor(),
                                        broker_options{.history = {.max_events = 10}}};
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_history, fixture)

BOOST_AUTO_TEST_CASE(every_form_of_since_begins_where_it_says)
{
    publish(6);
    publish(2, "other");
    auto const epoch = broker->stats().epoch;
    BOOST_TEST(read_from({.types = {"t"}, .since = at_sequence{4}}) == "5 6");
    BOOST_TEST(read_from({.since = cursor{epoch, 6}}) == "7 8");
    BOOST_TEST(read_from({.since = last_events{3}}) == "6 7 8");
    BOOST_TEST(read_from({.types = {"t"}, .since = last_events{3}}) == "4 5 6");
    BOOST_TEST(read_from({.types = {"t"}, .since = earliest{}}) == "1 2 3 4 5 6");
    BOOST_TEST(read_from({.types = {"other"}, .since = time_back{1h}}) == "7 8");
    BOOST_TEST(read_from({.since = time_back{0s}}) == "");
    BOOST_TEST(read_from({.since = time_point::now()}) == "");
    BOOST_TEST(read_from({}) == "");
}

BOOST_AUTO_TEST_CASE(past_and_present_are_one_stream)
{
    publish(5);
    auto s = broker->subscribe({.queue = 2, .since = at_sequence{2}});
    publish(4);
    BOOST_TEST(read(s) == "3 4 5 6 7 8 9");
    publish(1);
    BOOST_TEST(read(s) == "10");
    BOOST_TEST(s.ledger() == (ledger{.matched = 8, .delivered = 8}));
}

BOOST_AUTO_TEST_CASE(until_is_included_and_ends_the_stream)
{
    publish(5);
    BOOST_TEST(read_from({.since = earliest{}, .until = at_sequence{3}}) == "1 2 3 end_of_stream");
    BOOST_TEST(read_from({.queue = 1, .since = at_sequence{1}, .until = last_events{1}}) ==
               "2 3 4 end_of_stream");
    BOOST_TEST(read_from({.until = at_sequence{3}}) == "end_of_stream");
    auto s = broker->subscribe({.until = at_sequence{7}});
    publish(5);
    BOOST_TEST(read(s) == "6 7 end_of_stream");
    BOOST_TEST(s.ledger() == (ledger{.matched = 2, .delivered = 2}));
}

BOOST_AUTO_TEST_CASE(stream_ends_at_an_event_that_it_is_not_given)
{
    auto s = broker->subscribe({.types = {"t"}, .until = at_sequence{3}});
    {
        auto const gone = broker->subscribe({.until = at_sequence{100}});
    }
    auto const early = broker->subscribe({.types = {"t"}, .until = at_sequence{2}});
    publish(1);
    publish(1, "u");
    BOOST_TEST(read(s) == "1");
    publish(1, "u");
    BOOST_TEST(read(s) == "end_of_stream");
    BOOST_TEST(early.ledger().queued == 1u);
}

BOOST_AUTO_TEST_CASE(end_beyond_what_the_clock_can_say_is_never)
{
    auto s = broker->subscribe({.until = time_point{253'402'300'799, 0}});
    publish(2);
    BOOST_TEST(read(s) == "1 2");
}

BOOST_AUTO_TEST_CASE(end_in_time_keeps_no_context_at_work_behind_its_use)
{
    auto end = time_point::now();
    end.seconds += 3600;
    {
        auto const gone = broker->subscribe({.until = end});
    }
    context.restart();
    context.run();   // returns
    auto const s = broker->subscribe({.until = end});
    broker->stop();
    context.restart();
    context.run();   // likewise
}

BOOST_AUTO_TEST_CASE(stream_ends_when_its_time_has_come)
{
    auto end = time_point::now();
    end.seconds += 3;
    test::collector c{broker->subscribe({.until = end})};
    c.start();
    publish(1);
    test::run_until(context, [&] { return c.ended.load(); });
    BOOST_TEST((c.end == errc::end_of_stream));
    BOOST_TEST(c.got.size() == 1u);
    BOOST_TEST((time_point::now() >= end));
}

BOOST_AUTO_TEST_CASE(what_is_published_after_the_end_in_time_is_not_given)
{
    auto end = time_point::now();
    end.seconds += 1;
    auto s = broker->subscribe({.until = end});
    publish(2);
    // The context does not get to look at its timers before the third.
    while (time_point::now() <= end)
        std::this_thread::yield();
    publish(1);
    BOOST_TEST(test::take_all(s) == "1 2 end_of_stream");
    BOOST_TEST(s.ledger().matched == 2u);
}

BOOST_AUTO_TEST_CASE(stale_cursor_is_told_by_a_gap_and_all_that_is_kept_follows)
{
    publish(13);
    auto const kept = std::string{" 4 5 6 7 8 9 10 11 12 13"};
    auto const epoch = broker->stats().epoch;
    BOOST_TEST(read_from({.since = at_sequence{1}}) == "[2..3 2 cursor_expired]" + kept);
    BOOST_TEST(read_from({.since = cursor{epoch, 1}}) == "[2..3 2 cursor_expired]" + kept);
    BOOST_TEST(read_from({.since = cursor{"other", 5}}) == "[0..0 0 cursor_expired]" + kept);
    BOOST_TEST(read_from({.since = at_sequence{14}}) == "[0..0 0 cursor_expired]" + kept);
    BOOST_TEST(read_from({.since = at_sequence{3}}) == kept.substr(1));

    auto s = broker->subscribe({.types = {"nothing"}, .since = at_sequence{1}});
    settle(context);
    error_code ec;
    auto const told = s.try_receive(ec);
    BOOST_TEST_REQUIRE((told && told->is_gap()));
    BOOST_TEST(told->as_gap()->oldest == 4u);
    BOOST_TEST(!told->as_gap()->recoverable);
}

BOOST_AUTO_TEST_CASE(end_in_another_epoch_is_refused)
{
    error_code ec;
    auto const s = broker->subscribe({.until = cursor{"other", 5}}, ec);
    BOOST_TEST((ec == errc::invalid_parameter));
    BOOST_TEST(!s);
}

// ---------------------------------------------------------------- catching up

BOOST_AUTO_TEST_CASE(stalled_subscriber_catches_up_and_goes_on)
{
    auto s = broker->subscribe({.queue = 3, .overflow = overflow::catch_up});
    publish(9);
    BOOST_TEST(s.ledger() == (ledger{.matched = 9, .queued = 9}));
    BOOST_TEST(read(s) == "1 2 3 4 5 6 7 8 9");
    publish(2);
    BOOST_TEST(read(s) == "10 11");
    BOOST_TEST(s.ledger() == (ledger{.matched = 11, .delivered = 11}));
    BOOST_TEST(broker->stats().ledger.balanced());
}

BOOST_AUTO_TEST_CASE(overrun_is_one_gap_whose_numbers_are_right)
{
    auto s = broker->subscribe({.types = {"t"}, .queue = 3, .overflow = overflow::catch_up});
    publish(6);
    publish(20, "other");
    publish(5);   // 1 to 3 are queued; 22 to 31 are kept, of which the last 5 match
    BOOST_TEST(s.ledger() == (ledger{.matched = 11, .queued = 8, .dropped = 3}));
    BOOST_TEST(read(s) == "1 2 3 [4..6 3 history_overrun] 27 28 29 30 31");
    BOOST_TEST(broker->stats().gaps == 1u);
}

BOOST_AUTO_TEST_CASE(receiver_that_waits_is_fed_from_history)
{
    test::collector c{broker->subscribe({.queue = 2, .overflow = overflow::catch_up})};
    publish(8);
    c.start();
    test::run_until(context, [&] { return c.got.size() == 8; });
    publish(1);
    test::run_until(context, [&] { return c.got.size() == 9; });
    std::vector<std::uint64_t> const expected{1, 2, 3, 4, 5, 6, 7, 8, 9};
    BOOST_TEST(c.seqs() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(history_can_be_read_to_its_end_after_the_broker_has_stopped)
{
    auto s = broker->subscribe({.queue = 2, .overflow = overflow::catch_up});
    publish(7);
    broker->stop();
    BOOST_TEST(read(s) == "1 2 3 4 5 6 7 end_of_stream");
}

BOOST_AUTO_TEST_CASE(broker_that_goes_tells_what_can_be_read_no_more)
{
    auto s = broker->subscribe({.types = {"t"}, .queue = 2, .overflow = overflow::catch_up});
    publish(3);
    publish(1, "other");
    publish(2);
    publish(1, "other");
    broker.reset();
    settle(context);
    BOOST_TEST(take_all(s) == "1 2 [3..6 3 history_overrun] end_of_stream");
    BOOST_TEST(s.ledger() == (ledger{.matched = 5, .delivered = 2, .dropped = 3}));
}

BOOST_AUTO_TEST_CASE(catching_up_wants_a_history)
{
    begin_again({.history = {.max_events = 0}});
    error_code ec;
    std::ignore = broker->subscribe({.overflow = overflow::catch_up}, ec);
    BOOST_TEST((ec == errc::invalid_parameter));
}

// Whatever they do, each gets every event that matches once and in order, or is told of it once.
BOOST_AUTO_TEST_CASE(random_readers_miss_nothing_unsaid)
{
    auto const seed = test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        std::mt19937_64 random{seed};
        auto const below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        struct reader {
            subscription from;
            std::uint64_t first;   // the first event that it is to account for
            std::uint64_t at;      // accounted for up to here
            std::uint64_t count = 0;
        };
        std::vector<reader> readers;
        std::uint64_t published = 0;
        auto const take = [&](reader& r) {
            error_code ec;
            auto const next = r.from.try_receive(ec);
            if (!next) return false;
            if (auto const* const g = next->as_gap()) {
                if (g->reason == gap_reason::cursor_expired) return true;
                BOOST_TEST_REQUIRE(g->dropped <= g->to - g->from + 1);
                r.count += g->dropped;
                return true;
            }
            BOOST_TEST_REQUIRE(next->as_event()->seq > r.at);
            r.at = next->as_event()->seq;
            ++r.count;
            return true;
        };
        for (int step = 0; step < 6000; ++step) {
            auto const dice = below(10);
            if (dice < 4) {
                for (auto n = below(4); n > 0 && !broker->publish({.type = "t"}); --n)
                    ++published;
                if (below(3)) settle(context);
            } else if (dice < 8 && !readers.empty()) {
                auto& r = readers[below(readers.size())];
                for (auto n = below(8); n > 0 && take(r); --n)
                    continue;
                if (below(3) == 0) settle(context);
            } else if (dice == 8 && readers.size() < 10) {
                settle(context);
                static constexpr overflow policies[] = {overflow::catch_up, overflow::drop_newest,
                                                        overflow::drop_oldest};
                auto const oldest = broker->stats().oldest_seq;
                bool const from_oldest = below(2) && oldest > 0;
                subscription_options options{.queue = 1 + below(8), .overflow = policies[below(3)]};
                if (from_oldest) options.since = earliest{};
                auto s = broker->subscribe(std::move(options));
                settle(context);
                auto const first = from_oldest ? oldest : published + 1;
                readers.push_back({std::move(s), first, first - 1});
            } else if (!readers.empty() && below(20) == 0) {
                readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(below(readers.size())));
            }
            for (auto const& r : readers)
                BOOST_TEST_REQUIRE(r.from.ledger().balanced());
        }
        settle(context);
        for (auto& r : readers) {
            do
                settle(context);
            while (take(r));
            BOOST_TEST(r.count == published - r.first + 1);
            BOOST_TEST(r.from.ledger().queued == 0u);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
