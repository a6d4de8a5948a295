// From a publisher's call to a place in the order.
#include <net/broker_impl.hpp>

#include <core/event_pool.hpp>
#include <core/prefetch.hpp>
#include <net/pending_receipt.hpp>

#include <thump/errc.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <thread>
#include <type_traits>
#include <utility>

namespace thump::detail {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Events that one visit to the strand takes from the intake: fewer than the queues hold, so that a
// receiver in the same context gets its turn before its queue overflows; but not so few that the
// visits cost more than the events.
constexpr std::size_t least_drained = 32;
constexpr std::size_t most_drained = 512;

// A turn that has grown to this is fanned out without waiting for its end.
constexpr std::size_t max_turn_events = 1024;
constexpr std::size_t max_turn_bytes = std::size_t{256} << 10;

// Events that are taken from the intake together, so that each is on its way from the publisher's
// cache while those before it are dealt with.
constexpr std::size_t taken_together = 8;

// Events of a batch that enter the intake together: the strand begins with them while the next are
// being made.
constexpr std::size_t entered_together = 32;

}   // namespace

error_code broker_impl::check(event const& e) const
{
    if (auto const valid = wire::validate(e, rules_); !valid) return valid.error().code;
    return {};
}

error_code broker_impl::publish(event const& e)
{
    std::unique_ptr<pending_receipt> nobody;
    return enter_intake(e, nobody);
}

error_code broker_impl::publish(event&& e)
{
    std::unique_ptr<pending_receipt> nobody;
    return enter_intake(std::move(e), nobody);
}

void broker_impl::async_publish(event&& e, publish_handler handler)
{
    std::unique_ptr<pending_receipt> waits{new pending_receipt{std::move(handler)}};
    if (auto const ec = enter_intake(std::move(e), waits)) waits->handler.complete(ec, {});
}

// Takes `e` and `waits` only on success.
template <class Event>
error_code broker_impl::enter_intake(Event&& e, std::unique_ptr<pending_receipt>& waits)
{
    if (auto const ec = check(e)) return ec;
    auto const now = std::chrono::system_clock::now();
    [[maybe_unused]] bool const had_time = e.timestamp.has_value();
    [[maybe_unused]] bool const had_source = !e.source.empty();
    auto made = prepare(std::forward<Event>(e), time_point::from(now));
    auto const place = intake_.claim(1);
    if (place.count == 0) {
        if constexpr (!std::is_lvalue_reference_v<Event>) {   // it is given back as it was
            e = std::move(static_cast<event&>(*made));
            if (!had_time) e.timestamp.reset();
            if (!had_source) e.source.clear();
        }
        return refuse(1, place);
    }
    intake_.fill(place.first, {made.detach(), waits.release(), now});
    schedule_drain();
    return {};
}

batch_admission broker_impl::publish_batch(std::span<event const> events)
{
    for (std::size_t i = 0; i < events.size(); ++i)
        if (auto const ec = check(events[i])) return {0, ec, i};
    auto const now = std::chrono::system_clock::now();
    std::array<boost::intrusive_ptr<published_event>, entered_together> made;
    for (std::size_t accepted = 0; accepted < events.size();) {
        auto const some =
            events.subspan(accepted).first(std::min(made.size(), events.size() - accepted));
        for (std::size_t i = 0; i < some.size(); ++i)
            made[i] = prepare(some[i], time_point::from(now));
        auto const places = intake_.claim(some.size());
        for (std::size_t i = 0; i < places.count; ++i)
            intake_.fill(places.first + i, {made[i].detach(), nullptr, now});
        accepted += places.count;
        if (places.count > 0) schedule_drain();
        if (places.count < some.size())
            return {accepted, refuse(events.size() - accepted, places), accepted};
    }
    return {events.size(), {}, 0};
}

error_code broker_impl::refuse(std::size_t events, intake_places const& places)
{
    refused_.fetch_add(events, std::memory_order_relaxed);
    return places.closed ? errc::stopped : errc::intake_full;
}

// The event, with what its publisher left out.
template <class Event>
boost::intrusive_ptr<published_event> broker_impl::prepare(Event&& e, time_point now) const
{
    auto made = event_pool::make(std::forward<Event>(e));
    if (!made->timestamp) made->timestamp = now;
    if (made->source.empty()) made->source = options_.default_source;
    made->measure();   // here, where what it says is in the cache
    return made;
}

void broker_impl::schedule_drain()
{
    // One post for a burst. Who finds the flag set has taken a place before `drain` resets it, and
    // so before `drain` looks whether any place is taken: both look in the one order of all that is
    // sequentially consistent. Mostly the flag is set, and its cache line need not be written.
    if (drain_scheduled_.load() || drain_scheduled_.exchange(true)) return;
    try {
        asio::post(strand_, [self = shared_from_this()] { self->drain(); });
    } catch (std::bad_alloc const&) {
        drain_scheduled_.store(false);   // what was accepted waits for the next that is published
    }
}

void broker_impl::drain()
{
    drain_scheduled_.exchange(false);
    drain_some();
    if (intake_.size() > 0) {
        // A place that is not filled yet counts too: nobody else may be about to ask for a visit.
        if (intake_.empty()) std::this_thread::yield();
        schedule_drain();
    }
    flush();
}

void broker_impl::drain_some()
{
    auto const now = time_point::now();
    // Queues that are new count too.
    if (changes_pending_.load(std::memory_order_acquire)) apply_changes();
    auto limit = queue_sizes_.empty()
                     ? most_drained
                     : std::clamp(queue_sizes_.begin()->first / 2, least_drained, most_drained);
    std::array<intake_entry, taken_together> taken;
    while (limit > 0) {
        std::size_t count = 0;
        while (count < std::min(limit, taken.size()) && intake_.pop(taken[count]))
            core::prefetch(*taken[count++].what);
        if (count == 0) return;
        for (auto const& entry : std::span{taken}.first(count))
            accept(entry, now);
        limit -= count;
    }
}

// The event that it repeats; 0: none.
std::uint64_t broker_impl::find_duplicate(event const& e)
{
    if (!core_.remembers_ids()) return 0;
    return core_.find_duplicate(e, std::chrono::steady_clock::now());
}

void broker_impl::accept(intake_entry entry, time_point now)
{
    std::unique_ptr<pending_receipt> const waits{entry.receipt};
    boost::intrusive_ptr<published_event> what{entry.what, false};
    if (auto const first = find_duplicate(*what)) {
        duplicates_.fetch_add(1, std::memory_order_relaxed);
        if (waits) waits->handler.complete({}, {what->id, first, true});
        return;
    }
    receipt r;
    sequence(std::move(what), now, entry.since, waits ? &r : nullptr);
    if (waits) waits->handler.complete({}, std::move(r));
}

void broker_impl::sequence(boost::intrusive_ptr<published_event> e, time_point now,
                           net::turn_clock::time since, receipt* r)
{
    // Whoever subscribed before this event was published sees it.
    if (changes_pending_.load(std::memory_order_acquire)) apply_changes();
    if (core_.turn_events() >= max_turn_events || core_.turn_bytes() >= max_turn_bytes) flush();
    turn_clock_.add(since);
    by_type_.add(e->type);
    core_.publish(std::move(e), now, r);
    publish_figures();
}

error_code broker_impl::publish_on_strand(event&& e, receipt* r, delivery_counts* counts)
{
    if (stopped_.load()) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return errc::stopped;
    }
    auto const moment = std::chrono::system_clock::now();
    auto const now = time_point::from(moment);
    if (auto const first = find_duplicate(e)) {
        duplicates_.fetch_add(1, std::memory_order_relaxed);
        if (r) *r = {std::move(e.id), first, true};
        return {};
    }
    auto const shared = prepare(std::move(e), now);
    shared->counts = counts;
    sequence(shared, now, moment, r);
    if (counts) {
        flush();
        shared->counts = nullptr;   // the event outlives them
    } else {
        schedule_flush();
    }
    return {};
}

void broker_impl::publish_figures() noexcept
{
    auto const& h = core_.history();
    published_.store(core_.last_seq(), std::memory_order_relaxed);
    oldest_seq_->store(h.first_seq(), std::memory_order_relaxed);
    history_events_.store(h.size(), std::memory_order_relaxed);
    history_bytes_.store(h.bytes(), std::memory_order_relaxed);
}

}   // namespace thump::detail
