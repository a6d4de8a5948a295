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
             make_protocol first)
    : broker_{std::move(broker)}
    , options_{options}
    , first_{std::move(first)}
    , timer_{broker_->strand()}
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
    abort_all();
    broker_->remove_sink(*this);
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

void shard::drain(std::function<void()> done)
{
    on_drained_ = std::move(done);
    draining_ = true;
    // Those that subscribe end when the broker has given them everything: see on_stop.
    for (auto i = connections_.size(); i-- > 0;)
        if (i < connections_.size() && !connections_[i]->subscriber()) connections_[i]->on_drain();
    tell_if_drained();
}

void shard::tell_if_drained()
{
    if (!connections_.empty() || !on_drained_) return;
    asio::post(broker_->strand(), std::exchange(on_drained_, {}));
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
    auto const now = std::chrono::steady_clock::now();
    // From the end: one that goes is replaced by one that has been visited.
    for (auto i = connections_.size(); i-- > 0;) {
        if (i >= connections_.size()) continue;
        auto const c = connections_[i];
        c->on_tick(now);
    }
}

// ---------------------------------------------------------------- fan-out

void shard::attach(subscriber& s, filter const& wanted)
{
    auto const id = broker_->attach(wanted);
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
}

void shard::detach(subscriber& s)
{
    auto* const group = s.group;
    if (!group) return;
    group->remove(s);
    --subscribers_;
    if (in_turn_) {
        if (group->size() == 0)
            asio::post(broker_->strand(), [self = shared_from_this(), id = s.filter] {
                self->release_empty_groups(id);
            });
        return;
    }
    group->close_ranks();
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
    for (auto const id : turn.matched_filters()) {
        if (id >= groups_.size()) continue;
        for (auto const& group : groups_[id]) {
            if (group->size() == 0) continue;
            auto const batch = group->encode(turn.matched(id), broker_->epoch());
            for (auto* const member : group->members())
                if (member) member->owner.on_turn(batch);
            group->close_ranks();
        }
    }
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
    totals_.ledger += uncommitted_.ledger;
    totals_.gaps += uncommitted_.gaps;
    totals_.subscribers = subscribers_;
    uncommitted_ = {};
}

sink_totals shard::totals() const
{
    std::lock_guard const lock{totals_mutex_};
    return totals_;
}

}   // namespace thump::net
