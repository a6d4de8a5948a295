#include <net/slow_watch.hpp>

#include <net/connection.hpp>
#include <net/subscriber.hpp>
#include <wire/json_text.hpp>

#include <chrono>
#include <utility>

namespace thump::net {
namespace {

// `subscriber 7 (websocket, 127.0.0.1:4711, "the name it gave")`
std::string describe(subscriber const& s)
{
    auto who = "subscriber " + std::to_string(s.id) + " (" + std::string{transport_of(s)};
    if (auto const remote = s.owner.remote(); !remote.empty()) who.append(", ").append(remote);
    if (auto const& name = s.plan->request.subscription.name; !name.empty()) {
        who += ", ";
        wire::append_json_string_lossy(who, name);
    }
    return who + ")";
}

}   // namespace

void slow_watch::write(log_level level, std::string_view line, steady_time now)
{
    if (budget_.spend(now)) journal_.write(level, line);
}

void slow_watch::look_at(subscriber const& s, steady_time now)
{
    auto const& backlog = s.events.backlog;
    if (!backlog.slow() && slow_.empty()) return;
    auto const known = slow_.find(s.id);
    if (backlog.slow() == (known != slow_.end())) return;
    auto const& ledger = backlog.ledger();
    if (backlog.slow()) {
        auto who = describe(s);
        write(log_level::warning,
              who + " is slow: " + std::to_string(ledger.queued) + " events behind, " +
                  std::to_string(ledger.dropped) + " dropped so far",
              now);
        slow_.emplace(s.id, slow_one{std::move(who), ledger.dropped});
        return;
    }
    write(log_level::info,
          known->second.who +
              " has recovered: " + std::to_string(ledger.dropped - known->second.dropped_before) +
              " dropped since it was found slow",
          now);
    slow_.erase(known);
}

void slow_watch::forget(subscriber const& s)
{
    auto const known = slow_.find(s.id);
    if (known == slow_.end()) return;
    auto const& ledger = s.events.backlog.ledger();
    write(log_level::info,
          known->second.who + " has left while slow: " + std::to_string(ledger.queued) +
              " unread, " + std::to_string(ledger.dropped) + " dropped",
          std::chrono::steady_clock::now());
    slow_.erase(known);
}

void slow_watch::on_tick(steady_time now)
{
    if (auto const left_out = budget_.take_left_out(now))
        journal_.write(log_level::warning,
                       std::to_string(left_out) + " more lines about slow subscribers left out");
}

}   // namespace thump::net
