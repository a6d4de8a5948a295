#include <net/shard.hpp>

#include <net/connection.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace thump::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto tick_interval = 250ms;

// Differences may be negative; the counters wrap, and sums of them come out right.
void add_difference(ledger& total, ledger const& before, ledger const& after) noexcept
{
    total.matched += after.matched - before.matched;
    total.delivered += after.delivered - before.delivered;
    total.queued += after.queued - before.queued;
    total.dropped += after.dropped - before.dropped;
    total.conflated += after.conflated - before.conflated;
    total.expired += after.expired - before.expired;
}

}   // namespace

shard::shard(std::shared_ptr<detail::broker_impl> broker, server_options const& options,
             journal& log, make_protocol first)
    : broker_{std::move(broker)}
    , options_{options}
    , first_{std::move(first)}
    , timer_{broker_->strand()}
    , sleep_timer_{broker_->strand()}
    , turn_{options.threads}
    , slow_{log}
{
}

void shard::start()
{
    broker_->add_sink(*this);
    schedule_tick();
}

void shard::close()
{
    if (std::exchange(closed_, true)) return;
    timer_.cancel();
    sleep_timer_.cancel();
    abort_all();
    broker_->remove_sink(*this);
    turn_.dismiss_crew();
}

// ---------------------------------------------------------------- connections

void shard::adopt(socket_type socket)
{
    error_code ignored;   // a socket that is gone already says so when it is read
    socket.non_blocking(true, ignored);
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    if (options_.send_buffer_bytes > 0)
        socket.set_option(
            asio::socket_base::send_buffer_size{static_cast<int>(options_.send_buffer_bytes)},
            ignored);
    auto const c = std::make_shared<connection>(std::move(socket), *this);
    c->place = connections_.size();
    connections_.push_back(c);
    connection_count_.store(connections_.size(), std::memory_order_relaxed);
    c->start(first_(*c));
}

void shard::remove(connection& c)
{
    auto const place = c.place;
    std::swap(connections_[place], connections_.back());
    connections_[place]->place = place;
    connections_.pop_back();
    connection_count_.store(connections_.size(), std::memory_order_relaxed);
    tell_if_drained();
}

void shard::end_stream()
{
    if (--streams_ > 0 || !draining_) return;
    asio::post(broker_->strand(), [self = shared_from_this()] { self->drain_connections(); });
}

void shard::drain(std::function<void()> done)
{
    on_drained_ = std::move(done);
    draining_ = true;
    drain_connections();
    tell_if_drained();
}

void shard::drain_connections()
{
    // Those that subscribe end when the broker has given them everything: see on_stop.
    for (auto i = connections_.size(); i-- > 0;)
        if (i < connections_.size() && !connections_[i]->subscriber()) connections_[i]->on_drain();
}

void shard::tell_if_drained()
{
    if (!connections_.empty() || !on_drained_) return;
    asio::post(broker_->strand(), std::exchange(on_drained_, {}));
}

bool shard::close_subscriber(std::uint64_t id)
{
    // What was published until now is still for it, and what history has let go of meanwhile has to
    // be told before what it still holds; either may be its end.
    broker_->flush_now();
    auto const found = std::ranges::find_if(
        connections_, [&](auto const& c) { return c->subscriber() && c->subscriber()->id == id; });
    if (found == connections_.end()) return false;
    auto const c = *found;
    c->protocol().on_closed_by_operator();
    return true;
}

void shard::abort_all()
{
    while (!connections_.empty())
        connections_.back()->abort();
}

void shard::schedule_tick()
{
    timer_.expires_after(tick_interval);
    timer_.async_wait([weak = weak_from_this()](error_code ec) {
        auto const self = weak.lock();
        if (ec || !self || self->closed_) return;
        self->tick();
        self->schedule_tick();
    });
}

void shard::tick()
{
    std::erase_if(plans_, [](auto const& known) { return known.second.expired(); });
    if (draining_)
        broker_->flush_now();
    else
        broker_->expire_history();   // after a flush, too
    auto const now = std::chrono::steady_clock::now();
    // From the end: one that goes is replaced by one that has been visited.
    for (auto i = connections_.size(); i-- > 0;) {
        if (i >= connections_.size()) continue;
        auto const c = connections_[i];
        c->on_tick(now);
        if (auto const* const s = c->subscriber()) slow_.look_at(*s, now);
    }
    slow_.on_tick(now);
}

// ---------------------------------------------------------------- fan-out

std::uint64_t shard::attach(subscriber& s)
{
    if (s.plan->request.max_rate) {
        s.bounds = std::make_unique<stream_bounds>();
        s.bounds->interval = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
            std::chrono::duration<double>{1.0 / *s.plan->request.max_rate});
    }
    auto const& asked = s.plan->request.subscription;
    auto start = broker_->last_seq();
    if (asked.since || asked.until) start = begin_in_history(s);
    if (!s.over) join_group(s);
    return start;
}

void shard::join_group(subscriber& s)
{
    auto const id = broker_->attach(s.plan->wanted);
    if (groups_.size() <= id) groups_.resize(id + 1);
    auto& groups = groups_[id];
    auto const same = std::ranges::find(groups, s.events.form, &fan_group::form);
    fan_group* group;
    if (same != groups.end()) {
        group = same->get();
        broker_->detach(id);   // the group holds on to the filter already
    } else {
        group = groups.emplace_back(std::make_unique<fan_group>(id, s.events.form)).get();
    }
    s.filter = id;
    group->add(s);
    ++subscribers_;
    broker_->add_queue(s.plan->limits.queue);
}

// Nothing is published between this and `join_group`: past and present join without a hole.
std::uint64_t shard::begin_in_history(subscriber& s)
{
    auto const now = time_point::now();
    auto const& h = broker_->up_to_date_history();
    auto const& asked = s.plan->request.subscription;
    auto last = std::uint64_t{UINT64_MAX};
    if (asked.until) {
        if (!s.bounds) s.bounds = std::make_unique<stream_bounds>();
        if (auto const known =
                core::resolve_until(h, broker_->epoch(), *asked.until, s.plan->wanted, now))
            last = s.bounds->last = *known;
        else
            s.bounds->moment = core::moment_of(*asked.until, now);
    }
    auto start = asked.since ? core::resolve_since(h, broker_->epoch(), *asked.since,
                                                   s.plan->wanted, now, last)
                             : core::starting_point{h.end_seq(), std::nullopt};
    core::confine(start, last);
    auto& backlog = s.events.backlog;
    auto const before = backlog.ledger();
    if (start.lost) backlog.tell(*start.lost);
    if (auto const unread = h.count(s.plan->wanted, start.next, last))
        backlog.begin_behind(start.next, unread);
    account(before, backlog.ledger(), 0);
    s.over = last < h.end_seq();
    note_behind(s);
    // Whoever resumes from there is told of a loss once more.
    return (start.lost && start.lost->from > 0 ? start.lost->from : start.next) - 1;
}

stream_plan_ptr shard::plan_for(wire::stream_request const& request)
{
    auto const& asked = request.subscription;
    std::string name;
    wire::append_subscription(name, request);
    name += asked.name;
    auto& known = plans_[std::move(name)];
    auto plan = known.lock();
    if (!plan) {
        // The builder of the request has made the same filter before.
        plan = std::make_shared<stream_plan const>(request,
                                                   filter::make(asked.types, asked.where).value());
        known = plan;
    }
    return plan;
}

void shard::refill(subscriber& s)
{
    if (!s.events.backlog.refill(broker_->history(), s.plan->wanted)) return;
    // Others have their turn before it looks further.
    if (std::exchange(s.reading_on, true)) return;
    asio::post(broker_->strand(), [weak = s.owner.weak_from_this(), id = s.id] {
        auto const owner = weak.lock();
        if (!owner || !owner->subscriber() || owner->subscriber()->id != id) return;
        owner->subscriber()->reading_on = false;
        owner->flush();
    });
}

void shard::note_behind(subscriber& s)
{
    if (s.listed_behind || !s.events.backlog.behind()) return;
    s.listed_behind = true;
    behind_.push_back(&s);
}

void shard::tell_evicted(std::span<core::evicted_event const> gone)
{
    std::vector<std::shared_ptr<connection>> told;
    std::erase_if(behind_, [&](subscriber* s) {
        auto& backlog = s->events.backlog;
        auto const before = backlog.ledger();
        if (backlog.on_evicted(gone, s->plan->wanted)) {
            uncommitted_.overruns += backlog.ledger().dropped - before.dropped;
            account(before, backlog.ledger(), 0);
            told.push_back(s->owner.shared_from_this());
        }
        s->listed_behind = backlog.behind();
        return !s->listed_behind;
    });
    // Not before all were told: a flush may end a connection, and change the list.
    for (auto const& owner : told)
        owner->flush();
}

// ---------------------------------------------------------------- bounded rates

void shard::wake(subscriber& s, steady_time when)
{
    if (s.bounds->asleep) return;
    s.bounds->asleep = sleepers_.emplace(when, &s);
    if (sleepers_.begin()->first == when) sleep_until_next();
}

void shard::sleep_until_next()
{
    if (sleepers_.empty() || closed_) return;
    sleep_timer_.expires_at(sleepers_.begin()->first);
    sleep_timer_.async_wait([weak = weak_from_this()](error_code ec) {
        auto const self = weak.lock();
        if (ec || !self) return;
        auto const now = std::chrono::steady_clock::now();
        auto& all = self->sleepers_;
        while (!all.empty() && all.begin()->first <= now) {
            auto const owner = all.begin()->second->owner.shared_from_this();
            self->forget_wake(*all.begin()->second);
            owner->flush();
        }
        self->sleep_until_next();
    });
}

void shard::forget_wake(subscriber& s)
{
    if (s.bounds && s.bounds->asleep) sleepers_.erase(*std::exchange(s.bounds->asleep, {}));
}

void shard::forget(subscriber& s)
{
    detach(s);
    forget_wake(s);
    slow_.forget(s);
    if (std::exchange(s.listed_behind, false)) std::erase(behind_, &s);
}

void shard::detach(subscriber& s)
{
    auto* const group = s.group;
    if (!group) return;
    group->remove(s);
    --subscribers_;
    broker_->remove_queue(s.plan->limits.queue);
    if (in_turn_) {
        if (group->size() == 0)
            asio::post(broker_->strand(), [self = shared_from_this(), id = s.filter] {
                self->release_empty_groups(id);
            });
        return;
    }
    group->close_rank(s.place);
    if (group->size() == 0) release_empty_groups(s.filter);
}

void shard::release_empty_groups(core::filter_id id)
{
    auto const gone =
        std::erase_if(groups_[id], [](auto const& group) { return group->size() == 0; });
    for (std::size_t i = 0; i < gone; ++i)
        broker_->detach(id);
}

void shard::on_turn(core::broker const& turn)
{
    in_turn_ = true;
    auto const began = std::chrono::steady_clock::now();
    for (auto const id : turn.matched_filters()) {
        if (id >= groups_.size()) continue;
        for (auto const& group : groups_[id]) {
            if (group->size() == 0) continue;
            turn_.add(*group, group->encode(turn.matched(id), broker_->epoch()));
        }
    }
    turn_.send();
    time_writes(began);
    if (!turn.evicted().empty()) tell_evicted(turn.evicted());
    in_turn_ = false;
    commit_totals();
}

void shard::on_stop()
{
    for (auto i = connections_.size(); i-- > 0;)
        if (i < connections_.size() && connections_[i]->subscriber()) connections_[i]->on_drain();
}

// ---------------------------------------------------------------- totals

void shard::account(ledger const& before, ledger const& after, std::uint64_t gaps_told)
{
    add_difference(uncommitted_.ledger, before, after);
    uncommitted_.gaps += gaps_told;
    if (!in_turn_) commit_totals();
}

void shard::commit_totals()
{
    std::lock_guard const lock{totals_mutex_};
    totals_ += uncommitted_;
    uncommitted_ = {};
}

// Two readings of the clock for all sockets of a turn: each is taken to have had an equal part.
void shard::time_writes(steady_time began) noexcept
{
    auto const writes = std::exchange(written_, 0);
    if (writes == 0) return;
    auto const took = std::chrono::steady_clock::now() - began;
    writes_.observe(took / static_cast<std::int64_t>(writes), writes);
}

void shard::survey(subscriber_survey& into) const
{
    for (auto const& c : connections_)
        if (auto const* const s = c->subscriber())
            into.add(s->events.backlog.ledger().queued, s->events.backlog.slow());
}

sink_totals shard::totals() const
{
    std::lock_guard const lock{totals_mutex_};
    return totals_;
}

}   // namespace thump::net
