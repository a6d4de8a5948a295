// What the parts of the broker cost that have neither sockets nor threads: finding the filters that
// match, keeping history, and subscriptions that are behind in it. CPU time, one core.
#include <core/backlog.hpp>
#include <core/broker.hpp>
#include <core/event_pool.hpp>
#include <core/filter_index.hpp>

#include <thump/filter.hpp>

#include <cstdio>
#include <ctime>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace thump;

constexpr time_point now{1'700'000'000, 0};

// Nanoseconds of this thread's CPU per call, over at least a tenth of a second.
double cost_of(std::function<void()> const& call)
{
    auto const used = [] {
        timespec t;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
    };
    call();
    for (std::size_t calls = 1;; calls *= 2) {
        auto const begin = used();
        for (std::size_t i = 0; i < calls; ++i)
            call();
        auto const spent = used() - begin;
        if (spent > 1e8) return spent / static_cast<double>(calls);
    }
}

void report(char const* what, double nanoseconds)
{
    std::printf("  %-62s %10.0f ns\n", what, nanoseconds);
}

filter make_filter(std::string pattern, std::string key = {}, std::string value = {})
{
    std::vector<metadata_condition> conditions;
    if (!key.empty()) conditions.push_back({std::move(key), {std::move(value)}});
    return filter::make(std::vector{std::move(pattern)}, conditions).value();
}

// ---------------------------------------------------------------- matching

using filter_maker = std::function<filter(std::size_t)>;

void match_among(char const* what, std::size_t count, filter_maker const& make)
{
    core::filter_index index;
    for (std::size_t i = 0; i < count; ++i)
        index.acquire(make(i + 17));   // one is for the event below
    event const e{.type = "task.17.failed", .metadata = {{"region", "eu"}, {"task_id", "t17"}}};
    std::vector<core::filter_id> found;
    auto const cost = cost_of([&] {
        found.clear();
        index.match(e, found);
    });
    std::printf("  %6zu %-44s %4zu match %7.0f ns\n", count, what, found.size(), cost);
}

void match_new_types(std::size_t count)
{
    core::filter_index index;
    for (std::size_t i = 0; i < count; ++i)
        index.acquire(make_filter("task." + std::to_string(i) + ".*"));
    std::vector<core::filter_id> found;
    std::size_t number = 0;
    auto const cost = cost_of([&] {
        found.clear();
        index.match({.type = "task." + std::to_string(number++) + ".failed"}, found);
    });
    report("an event of a type never seen, among 10,000 filters", cost);
}

void join_and_leave(std::size_t count)
{
    core::filter_index index;
    for (std::size_t i = 0; i < count; ++i)
        index.acquire(make_filter("task." + std::to_string(i) + ".*"));
    event const e{.type = "task.17.failed"};
    std::vector<core::filter_id> found;
    auto const mine = make_filter("task.*.failed");
    auto const cost = cost_of([&] {
        auto const id = index.acquire(mine);
        found.clear();
        index.match(e, found);
        index.release(id);
    });
    report("a new filter comes, is matched once, and goes, among 10,000", cost);
}

void matching()
{
    std::printf("Finding the filters that match an event\n");
    auto const number = [](std::size_t i) { return std::to_string(i); };
    for (std::size_t const count : {1u, 100u, 10'000u}) {
        match_among("types, as in task.17.failed", count,
                    [&](std::size_t i) { return make_filter("task." + number(i) + ".failed"); });
        match_among("patterns, as in task.17.*", count,
                    [&](std::size_t i) { return make_filter("task." + number(i) + ".*"); });
        match_among("values, as in task.> meta.task_id=t17", count, [&](std::size_t i) {
            return make_filter("task.>", "task_id", "t" + number(i));
        });
        match_among("pairs of patterns, as in task.>,other.17", count, [&](std::size_t i) {
            return filter::make(std::vector<std::string>{"task.>", "other." + number(i)}).value();
        });
    }
    match_new_types(10'000);
    join_and_leave(10'000);
}

// ---------------------------------------------------------------- history

void publish(core::broker& b)
{
    auto e = detail::event_pool::make({.type = "task.failed",
                                       .timestamp = now,
                                       .message = std::string(100, 'x'),
                                       .metadata = {{"task_id", "t17"}}});
    e->measure();
    b.publish(std::move(e), now);
}

double publishing(std::size_t max_events)
{
    core::broker b{"epoch", 1, {.history = {.max_events = max_events}}};
    b.attach(filter{});
    int turn = 0;
    return cost_of([&] {
        publish(b);
        if (++turn % 64 == 0) b.end_turn();
    });
}

void keeping()
{
    std::printf("\nHistory\n");
    report("publish an event, without history", publishing(0));
    report("publish an event, into a full history of 4,096", publishing(4096));

    core::broker b{"epoch", 1, {}};
    for (int i = 0; i < 5000; ++i)
        publish(b);
    auto const wanted = make_filter("task.*", "task_id", "t17");
    report("begin at the earliest of 4,096 (count what matches)",
           cost_of([&] { (void)b.history().count(wanted, 1, UINT64_MAX); }));
}

// ---------------------------------------------------------------- behind

// The cost of an event's turn to each of many subscriptions that have stalled.
double stalled(std::size_t count, std::size_t max_events, std::size_t behind)
{
    core::broker b{"epoch", 1, {.history = {.max_events = max_events}}};
    auto const wanted = make_filter("task.*");
    auto const id = b.attach(wanted);
    core::backlog_options const options{.overflow = overflow::catch_up};
    std::deque<core::backlog> queues;
    for (std::size_t i = 0; i < count; ++i)
        queues.emplace_back(options);
    auto const turn = [&] {
        publish(b);
        for (auto& q : queues) {
            q.push(b.matched(id).front());
            q.on_evicted(b.evicted(), wanted);
        }
        b.end_turn();
    };
    for (std::size_t i = 0; i < max_events - behind; ++i) {
        publish(b);
        b.end_turn();
    }
    for (std::size_t i = 0; i < behind; ++i)
        turn();
    return cost_of(turn) / static_cast<double>(count);
}

void falling_behind()
{
    std::printf(
        "\nAn event's turn, to each of 1,000 subscriptions that have stalled on catch_up\n");
    // Long enough that what they have yet to read does not reach history's end while it is timed.
    report("reading far from the oldest event", stalled(1000, 200'000, 100));
    report("overrun: each event published takes one from each", stalled(1000, 4096, 4096));
}

}   // namespace

int main()
{
    matching();
    keeping();
    falling_behind();
}
