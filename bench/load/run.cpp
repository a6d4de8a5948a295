#include "run.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace load {
namespace {

constexpr std::int64_t poll_interval = 5'000'000;
constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t stall_time = second / 2;
constexpr double quiet_seconds = 0.3;

std::uint64_t after(double seconds)
{
    return now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
}

double per(double sum, std::uint64_t count)
{
    return sum / static_cast<double>(std::max<std::uint64_t>(count, 1));
}

boost::json::object quantiles(histogram const& h)
{
    auto const us = [](double ns) { return ns / 1e3; };
    return {{"p50", us(h.quantile(0.5))},
            {"p99", us(h.quantile(0.99))},
            {"p999", us(h.quantile(0.999))},
            {"max", us(static_cast<double>(h.greatest()))}};
}

}   // namespace

run::run(options const& o)
    : options_{o}
    , payload_{o.event_bytes}
    , tally_{static_cast<std::size_t>(o.publishers), static_cast<std::size_t>(o.subscribers)}
{
}

boost::json::object run::measure()
{
    report_["label"] = options_.label;
    report_["subs"] = options_.subscribers;
    connect_subscribers();
    if (!options_.publishes) {
        report_idle();
        return std::move(report_);
    }
    connect_publishers();
    warm_up();
    for (auto const& s : subscribers_)
        if (s->progress().warm && &s - subscribers_.data() >= options_.subscribers - options_.slow)
            s->sleep();
    tally_.begin(static_cast<std::size_t>(options_.subscribers - options_.slow));
    auto const before = read();
    publish_all();
    drain();
    report_run(before, read());
    report_slow();
    return std::move(report_);
}

run::reading run::read() const
{
    return {process_figures::of(options_.server), machine_figures::now(), own_cpu_seconds(),
            now_ns()};
}

void run::poll_for(double seconds)
{
    for (auto const end = after(seconds); now_ns() < end;)
        poller_.poll(poll_interval);
}

// ---------------------------------------------------------------- before

void run::connect_subscribers()
{
    auto const before = read();
    auto const count = static_cast<std::size_t>(options_.subscribers);
    std::size_t open = 0;
    auto const deadline = after(120);
    while (open < count && now_ns() < deadline) {
        while (subscribers_.size() < count &&
               subscribers_.size() - open < static_cast<std::size_t>(options_.handshakes))
            subscribers_.push_back(std::make_unique<subscriber>(
                poller_, options_, payload_, tally_, static_cast<unsigned>(subscribers_.size())));
        poller_.poll(poll_interval);
        // They open nearly in the order in which they were begun.
        while (open < subscribers_.size() && !subscribers_[open]->under_way())
            ++open;
    }
    poll_for(options_.settle_seconds);
    auto const refused = std::ranges::count_if(
        subscribers_, [](auto const& s) { return !s->is(connection::state::open); });
    if (refused > 0)
        throw std::runtime_error{std::to_string(refused) + " subscribers could not connect"};
    report_memory(before, read());
}

void run::connect_publishers()
{
    for (int i = 0; i < options_.publishers; ++i)
        publishers_.push_back(std::make_unique<publisher>(poller_, options_, payload_, answers_,
                                                          static_cast<unsigned>(i)));
    auto const is_open = [](auto const& p) { return p->is(connection::state::open); };
    for (auto const deadline = after(10);
         !std::ranges::all_of(publishers_, is_open) && now_ns() < deadline;)
        poller_.poll(poll_interval);
    if (!std::ranges::all_of(publishers_, is_open))
        throw std::runtime_error{"a publisher could not connect"};
}

// Some servers answer before a subscription holds: nothing counts before everyone has received
// something.
void run::warm_up()
{
    for (auto const deadline = after(10); tally_.warm() < subscribers_.size();) {
        if (now_ns() > deadline)
            throw std::runtime_error{"only " + std::to_string(tally_.warm()) +
                                     " subscribers received anything"};
        if (publishers_.front()->can_publish())
            publishers_.front()->publish(event_number::make(0, 0), now_ns());
        flush_publishers();
        poll_for(0.02);
    }
    poll_for(quiet_seconds);
    answers_ = {};
}

// ---------------------------------------------------------------- the run

void run::publish_all()
{
    started_ = now_ns();
    auto const end = after(options_.seconds);
    if (options_.rate > 0)
        publish_open_loop(end);
    else
        publish_closed_loop(end);
}

bool run::publish_one(std::uint64_t due)
{
    auto& next = *publishers_[tally_.next_publisher()];
    if (!next.is(connection::state::open))
        throw std::runtime_error{"the server has closed a publisher's connection"};
    if (!next.can_publish() || tally_.under_way() >= tally::most_under_way) return false;
    next.publish(tally_.publish(due), due);
    return true;
}

void run::flush_publishers()
{
    for (auto const& p : publishers_)
        if (p->is(connection::state::open) && p->waiting() > 0) p->flush();
}

// Times are those at which events are due: one that has to wait is late already.
void run::publish_open_loop(std::uint64_t end)
{
    auto const interval = 1e9 / options_.rate;
    std::uint64_t ticks = 0;
    auto due = started_;
    for (auto now = now_ns(); now < end; now = now_ns()) {
        while (due <= now && due < end) {
            if (!publish_one(due)) {
                ++behind_;
                break;
            }
            due = started_ + static_cast<std::uint64_t>(static_cast<double>(++ticks) * interval);
        }
        flush_publishers();
        now = now_ns();
        poller_.poll(due > now ? static_cast<std::int64_t>(due - now) : 0);
    }
}

void run::publish_closed_loop(std::uint64_t end)
{
    auto const window = static_cast<std::uint64_t>(options_.window);
    std::uint64_t completed = 0;
    auto moved_at = started_;
    for (auto now = now_ns(); now < end; now = now_ns()) {
        bool published = false;
        while (tally_.under_way() < window && publish_one(now))
            published = true;
        if (published) flush_publishers();
        if (tally_.completed() != completed) {
            completed = tally_.completed();
            moved_at = now;
        } else if (now - moved_at > stall_time && tally_.under_way() > 0) {
            ++stalls_;
            tally_.give_up();
            moved_at = now;
        }
        poller_.poll(published ? 0 : poll_interval);
    }
}

void run::drain()
{
    auto const readers = static_cast<std::uint64_t>(options_.subscribers - options_.slow);
    for (auto const deadline = after(options_.drain_seconds);
         tally_.delivered() < tally_.published() * readers && now_ns() < deadline;) {
        flush_publishers();
        poller_.poll(poll_interval);
    }
}

// ---------------------------------------------------------------- report

void run::report_memory(reading const& before, reading const& after_connecting)
{
    auto const grown = static_cast<double>(after_connecting.server.pss_bytes) -
                       static_cast<double>(before.server.pss_bytes);
    report_["connect_s"] = static_cast<double>(after_connecting.at - before.at) / 1e9;
    report_["pss_bytes"] = after_connecting.server.pss_bytes;
    report_["pss_bytes_per_conn"] = per(grown, subscribers_.size());
}

void run::report_idle()
{
    auto const before = read();
    poll_for(options_.seconds);
    auto const cpu = static_cast<double>(read().server.cpu_ns - before.server.cpu_ns);
    report_["idle_cpu_ms_per_s"] = cpu / 1e6 / options_.seconds;
    report_["closed_by_server"] = std::ranges::count_if(
        subscribers_, [](auto const& s) { return s->is(connection::state::closed); });
}

void run::report_run(reading const& before, reading const& after_run)
{
    auto const end = std::max(tally_.last_delivery(), started_ + 1);
    auto const seconds = static_cast<double>(end - started_) / 1e9;
    auto const readers = static_cast<std::uint64_t>(options_.subscribers - options_.slow);
    auto const cpu = static_cast<double>(after_run.server.cpu_ns - before.server.cpu_ns);
    auto const own = after_run.own_cpu - before.own_cpu;
    std::uint64_t reads = 0;
    for (auto const& s : subscribers_)
        reads += s->reads();

    report_["published"] = tally_.published();
    report_["events_s"] = static_cast<double>(tally_.published()) / seconds;
    report_["deliveries_s"] = static_cast<double>(tally_.delivered()) / seconds;
    report_["lost"] = static_cast<std::int64_t>(tally_.published() * readers) -
                      static_cast<std::int64_t>(tally_.delivered());
    report_["duplicates"] = tally_.duplicates();
    report_["corrupt"] = tally_.corrupt();
    report_["stalls"] = stalls_;
    report_["behind"] = behind_;
    report_["cpu_ns_per_delivery"] = per(cpu, tally_.delivered());
    report_["cpu_us_per_event"] = per(cpu, tally_.published()) / 1e3;
    report_["server_util"] = cpu / 1e9 / seconds;
    report_["server_user_s"] = after_run.server.user_seconds - before.server.user_seconds;
    report_["server_sys_s"] = after_run.server.system_seconds - before.server.system_seconds;
    report_["rss_bytes_grown"] = static_cast<std::int64_t>(after_run.server.rss_bytes) -
                                 static_cast<std::int64_t>(before.server.rss_bytes);
    report_["lat_us"] = quantiles(tally_.latency());
    report_["last_sub_us"] = quantiles(tally_.latency_of_last());
    report_["deliveries_per_read"] = per(static_cast<double>(tally_.delivered()), reads);
    report_["own_cpu_s"] = own;
    report_["other_cpu_s"] = std::max(0.0, after_run.machine.busy_seconds -
                                               before.machine.busy_seconds - cpu / 1e9 - own);
    report_["steal_ticks"] = after_run.machine.steal_ticks - before.machine.steal_ticks;
    report_["closed_by_server"] = std::ranges::count_if(
        subscribers_, [](auto const& s) { return s->is(connection::state::closed); });
    if (options_.publish_at.via != transport::http) return;
    report_["ack_us"] = quantiles(answers_.time);
    report_["http_errors"] = answers_.refusals;
}

// Those that slept wake up, and say what they have missed and what they were told of it.
void run::report_slow()
{
    if (options_.slow == 0) return;
    for (auto const& s : subscribers_)
        s->wake();
    poll_for(options_.drain_seconds);
    std::uint64_t received = 0;
    std::uint64_t gaps = 0;
    std::uint64_t told = 0;
    for (auto const& s : subscribers_) {
        if (s->progress().counts) continue;
        received += s->progress().received;
        gaps += s->gaps_told();
        told += s->losses_told();
    }
    auto const all = tally_.published() * static_cast<std::uint64_t>(options_.slow);
    report_["slow"] = {{"received", received},
                       {"lost", all - received},
                       {"gaps_told", gaps},
                       {"losses_told", told}};
}

}   // namespace load
