#include <net/broker_impl.hpp>

#include <core/event_pool.hpp>
#include <core/prefetch.hpp>
#include <wire/event_rules.hpp>

#include <thump/catalog.hpp>
#include <thump/errc.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <variant>

namespace thump::detail {

namespace asio = boost::asio;
using boost::system::error_code;

/// Someone who waits for the sequence number of an event in the intake.
struct pending_receipt {
    parked_handler<void(error_code, receipt)> handler;
};

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

std::string random_token()
{
    std::random_device device;
    std::string token;
    static constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    for (int i = 0; i < 16; ++i)
        token += digits[device() & 31];
    return token;
}

std::uint64_t random_seed()
{
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

broker_options checked(broker_options options)
{
    if (options.intake_capacity < 1 || options.intake_capacity > 1'000'000)
        throw std::invalid_argument{"thump::broker_options::intake_capacity must be 1 to 1000000"};
    if (options.max_subscribers < 1)
        throw std::invalid_argument{"thump::broker_options::max_subscribers must be at least 1"};
    if (!wire::check_source(options.default_source))
        throw std::invalid_argument{
            "thump::broker_options::default_source must be a URI-reference"};
    if (options.limits.max_event_bytes < 256 || options.limits.max_event_bytes > std::size_t{1}
                                                                                     << 20)
        throw std::invalid_argument{"thump::event_limits::max_event_bytes must be 256 to 1048576"};
    if (options.limits.max_json_depth < 1 || options.limits.max_json_depth > 256)
        throw std::invalid_argument{"thump::event_limits::max_json_depth must be 1 to 256"};
    if (options.history.max_events > 10'000'000)
        throw std::invalid_argument{"thump::history_options::max_events must be 0 to 10000000"};
    if (options.history.max_age.count() < 1)
        throw std::invalid_argument{"thump::history_options::max_age must be above 0"};
    if (options.dedup_window.count() < 0)
        throw std::invalid_argument{"thump::broker_options::dedup_window must not be negative"};
    if (options.max_remembered_ids < 1 || options.max_remembered_ids > 10'000'000)
        throw std::invalid_argument{
            "thump::broker_options::max_remembered_ids must be 1 to 10000000"};
    return options;
}

bool acceptable(subscription_options const& o) noexcept
{
    return o.queue >= 1 && o.queue <= 1'000'000 && o.queue_bytes >= 1 && !o.key.empty() &&
           o.name.size() <= 255;
}

}   // namespace

broker_impl::broker_impl(executor_type ex, broker_options options)
    : executor_{ex}
    , strand_{asio::make_strand(ex)}
    , options_{checked(std::move(options))}
    , intake_{options_.intake_capacity}
    , core_{random_token(), random_seed(), options_}
    , service_{broker_service::of(executor_)}
{
    service_.add(*this);
}

broker_impl::~broker_impl()
{
    // Nothing is under way on the strand: it would hold a share in this.
    service_.remove(*this);
    destroy_handlers();
    for (auto& [id, box] : registry_) {
        box->give_up_history(core_.evicted(), core_.history());
        box->finish(errc::stopped);
    }
}

void broker_impl::destroy_handlers() noexcept
{
    for (intake_entry entry; intake_.pop(entry);) {
        boost::intrusive_ptr<published_event> const dropped{entry.what, false};
        std::unique_ptr<pending_receipt> const receipt{entry.receipt};
    }
    // A waiting receive may own its subscription, whose end changes the registry.
    std::vector<std::shared_ptr<mailbox>> boxes;
    {
        std::lock_guard const lock{registry_mutex_};
        for (auto const& [id, box] : registry_)
            boxes.push_back(box);
    }
    for (auto const& box : boxes)
        box->destroy_waiters();
}

// ---------------------------------------------------------------- publishing

error_code broker_impl::check(event const& e) const
{
    if (auto const valid = wire::validate(e, options_.limits); !valid) return valid.error().code;
    if (options_.strict_catalog && !find_type(e.type)) return errc::unknown_type;
    return {};
}

error_code broker_impl::publish(event&& e)
{
    std::unique_ptr<pending_receipt> nobody;
    return enter_intake(std::move(e), nobody);
}

void broker_impl::async_publish(event&& e, publish_handler handler)
{
    std::unique_ptr<pending_receipt> waits{new pending_receipt{{std::move(handler), executor_}}};
    if (auto const ec = enter_intake(std::move(e), waits)) waits->handler.complete(ec, {});
}

// Takes `waits` only on success.
error_code broker_impl::enter_intake(event&& e, std::unique_ptr<pending_receipt>& waits)
{
    if (auto const ec = check(e)) return ec;
    auto const now = time_point::now();
    if (!e.timestamp) e.timestamp = now;
    if (e.source.empty()) e.source = options_.default_source;

    boost::intrusive_ptr<published_event> shared{event_pool::make(std::move(e))};
    auto const result = intake_.push({shared.get(), waits.get(), now});
    if (result != admission::taken) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return result == admission::full ? errc::intake_full : errc::stopped;
    }
    shared.detach();
    (void)waits.release();
    schedule_drain();
    return {};
}

void broker_impl::schedule_drain()
{
    // One post for a burst. It pairs with the exchange in `drain`: who finds the flag set here has
    // pushed before it is reset there, and so before that visit pops.
    if (!drain_scheduled_.exchange(true))
        asio::post(strand_, [self = shared_from_this()] { self->drain(); });
}

void broker_impl::drain()
{
    drain_scheduled_.exchange(false);
    drain_some();
    if (!intake_.empty()) schedule_drain();
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

void broker_impl::accept(intake_entry entry, time_point now)
{
    std::unique_ptr<pending_receipt> const waits{entry.receipt};
    boost::intrusive_ptr<published_event> what{entry.what, false};
    if (auto const first = core_.find_duplicate(what->id, now)) {
        duplicates_.fetch_add(1, std::memory_order_relaxed);
        if (waits) waits->handler.complete({}, {what->id, first, true});
        return;
    }
    auto const e = sequence(std::move(what), now, entry.since);
    if (waits) waits->handler.complete({}, {e->id, e->seq, false});
}

event_ptr broker_impl::sequence(boost::intrusive_ptr<published_event> e, time_point now,
                                time_point since)
{
    // Whoever subscribed before this event was published sees it.
    if (changes_pending_.load(std::memory_order_acquire)) apply_changes();
    if (core_.turn_events() >= max_turn_events || core_.turn_bytes() >= max_turn_bytes) flush();
    auto shared = core_.publish(std::move(e), now);
    turn_clock_.add(since);
    by_type_.add(shared->type);
    publish_figures();
    return shared;
}

error_code broker_impl::publish_on_strand(event&& e, receipt* r, delivery_counts* counts)
{
    if (stopped_.load()) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return errc::stopped;
    }
    if (options_.strict_catalog && !find_type(e.type)) return errc::unknown_type;
    auto const now = time_point::now();
    if (auto const first = core_.find_duplicate(e.id, now)) {
        duplicates_.fetch_add(1, std::memory_order_relaxed);
        if (r) *r = {std::move(e.id), first, true};
        return {};
    }
    if (!e.timestamp) e.timestamp = now;
    if (e.source.empty()) e.source = options_.default_source;
    boost::intrusive_ptr<published_event> shared{event_pool::make(std::move(e))};
    shared->counts = counts;
    auto const published = sequence(std::move(shared), now, now);
    if (r) *r = {published->id, published->seq, false};
    schedule_flush();
    return {};
}

// ---------------------------------------------------------------- fan-out

void broker_impl::schedule_flush()
{
    if (std::exchange(flush_scheduled_, true)) return;
    // Behind whatever is ready to run in this turn of the loop.
    asio::post(strand_, [self = shared_from_this()] {
        self->flush_scheduled_ = false;
        self->flush();
    });
}

void broker_impl::flush()
{
    if (core_.turn_empty()) return;
    for (auto const id : core_.matched_filters()) {
        if (id >= boxes_.size() || boxes_[id].empty()) continue;
        auto const events = core_.matched(id);
        // Each mailbox takes over one reference to each event: cheaper than its own would be.
        for (auto const& e : events)
            e->add_references(static_cast<std::uint32_t>(boxes_[id].size()));
        for (auto const& box : boxes_[id])
            note_behind(box, box->deliver(events, core_.history()));
    }
    if (!core_.evicted().empty())
        std::erase_if(behind_, [&](auto const& box) {
            box->listed_behind = box->on_evicted(core_.evicted(), core_.history());
            return !box->listed_behind;
        });
    for (auto* const sink : sinks_)
        sink->on_turn(core_);
    turn_clock_.end_turn();
    core_.end_turn();
}

// ---------------------------------------------------------------- subscribing

std::uint64_t broker_impl::join() noexcept
{
    if (subscribers_.fetch_add(1, std::memory_order_relaxed) >= options_.max_subscribers) {
        leave();
        subscribers_refused_.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    return next_subscriber_id();
}

std::uint64_t broker_impl::next_subscriber_id() noexcept
{
    return next_id_.fetch_add(1, std::memory_order_relaxed);
}

std::shared_ptr<mailbox> broker_impl::subscribe(subscription_options const& options, error_code& ec)
{
    auto wanted = filter::make(options.types, options.where);
    auto const* const end = options.until ? std::get_if<cursor>(&*options.until) : nullptr;
    bool const impossible =
        (options.overflow == overflow::catch_up && options_.history.max_events == 0) ||
        (end && end->epoch != epoch());
    if (!wanted || !acceptable(options) || impossible) {
        ec = errc::invalid_parameter;
        return nullptr;
    }
    if (stopped_.load()) {
        ec = errc::stopped;
        return nullptr;
    }
    auto const id = join();
    if (id == 0) {
        ec = errc::too_many_subscribers;
        return nullptr;
    }
    mailbox_plan plan{std::move(*wanted), core::backlog_options::from(options), options.name,
                      weak_from_this(), oldest_seq_};
    std::shared_ptr<mailbox> box;
    {
        std::lock_guard const lock{registry_mutex_};
        // Those that come one after another mostly ask for the same.
        if (!last_plan_ || *last_plan_ != plan)
            last_plan_ = std::make_shared<mailbox_plan const>(std::move(plan));
        box =
            std::make_shared<mailbox>(id, last_plan_, mailbox_range{options.since, options.until});
        registry_.emplace(id, box);
        changes_.push_back({box, true});
        changes_pending_.store(true, std::memory_order_release);
    }
    // What it wants of the past is there without an event to come. And a stop that began meanwhile
    // may not have seen this one.
    if (options.since || options.until || stopped_.load())
        asio::post(strand_, [self = shared_from_this()] { self->apply_changes(); });
    ec.clear();
    return box;
}

bool broker_impl::close_subscriber(std::uint64_t id)
{
    std::shared_ptr<mailbox> box;
    {
        std::lock_guard const lock{registry_mutex_};
        auto const found = registry_.find(id);
        if (found == registry_.end()) return false;
        box = found->second;
    }
    box->finish(errc::closed_by_operator);
    return true;
}

void broker_impl::forget(mailbox const& box)
{
    std::lock_guard const lock{registry_mutex_};
    auto const found = registry_.find(box.id());
    if (found == registry_.end()) return;
    auto const known = std::move(found->second);
    registry_.erase(found);
    retired_ += known->totals();
    leave();
    // One that the strand has not seen yet, it need not see.
    auto const same = [&](change const& c) { return c.box.get() == &box; };
    if (std::erase_if(changes_, same) > 0) return;
    changes_.push_back({known, false});
    changes_pending_.store(true, std::memory_order_release);
}

void broker_impl::apply_changes()
{
    std::vector<change> changes;
    {
        std::lock_guard const lock{registry_mutex_};
        changes.swap(changes_);
        changes_pending_.store(false, std::memory_order_relaxed);
    }
    flush();   // a filter may be shared with subscriptions that want this turn
    for (auto& [box, add] : changes)
        add ? apply_add(std::move(box)) : apply_remove(*box);
}

void broker_impl::apply_add(std::shared_ptr<mailbox> box)
{
    if (finished_) return box->finish(errc::end_of_stream);
    auto const id = core_.attach(box->wanted());
    if (boxes_.size() <= id) boxes_.resize(id + 1);
    box->attached = id;
    boxes_[id].push_back(box);
    add_queue(box->capacity());
    if (box->range()) begin_in_history(box);
}

void broker_impl::apply_remove(mailbox& box)
{
    if (!box.attached) return;
    auto const id = *std::exchange(box.attached, std::nullopt);
    ends_.erase(box.id());
    std::erase_if(boxes_[id], [&](auto const& b) { return b.get() == &box; });
    remove_queue(box.capacity());
    core_.detach(id);
}

void broker_impl::begin_in_history(std::shared_ptr<mailbox> const& box)
{
    auto const now = time_point::now();
    auto const& h = up_to_date_history();
    auto const& [since, until] = *box->range();
    core::starting_point const start =
        since ? core::resolve_since(h, epoch(), *since, box->wanted(), now)
              : core::starting_point{h.end_seq(), std::nullopt};
    auto const last =
        until ? core::resolve_until(h, epoch(), *until, box->wanted(), now) : std::nullopt;
    note_behind(box, box->begin(h, start, last.value_or(UINT64_MAX)));

    // An end that is a moment yet to come.
    auto const moment = until && !last ? core::moment_of(*until, now) : std::nullopt;
    if (!moment) return;
    auto& timer = ends_.try_emplace(box->id(), strand_).first->second;
    timer.expires_at(std::chrono::system_clock::time_point{
        std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::seconds{moment->seconds} +
            std::chrono::nanoseconds{moment->nanoseconds})});
    timer.async_wait([weak = std::weak_ptr{box}](error_code ec) {
        auto const waiting = weak.lock();
        if (!ec && waiting) waiting->finish(errc::end_of_stream);
    });
}

void broker_impl::note_behind(std::shared_ptr<mailbox> const& box, bool behind)
{
    if (behind && !std::exchange(box->listed_behind, true)) behind_.push_back(box);
}

void broker_impl::ask_refill(std::shared_ptr<mailbox> box)
{
    asio::post(strand_, [self = shared_from_this(), box = std::move(box)] {
        auto const& h = self->up_to_date_history();
        self->note_behind(box, box->refill(h));
    });
}

void broker_impl::expire_history()
{
    core_.expire(time_point::now());
    flush();
    publish_figures();
}

core::history const& broker_impl::up_to_date_history()
{
    expire_history();
    return core_.history();
}

void broker_impl::publish_figures() noexcept
{
    auto const& h = core_.history();
    published_.store(core_.last_seq(), std::memory_order_relaxed);
    oldest_seq_->store(h.first_seq(), std::memory_order_relaxed);
    history_events_.store(h.size(), std::memory_order_relaxed);
    history_bytes_.store(h.bytes(), std::memory_order_relaxed);
}

core::filter_id broker_impl::attach(filter const& f)
{
    flush();
    return core_.attach(f);
}

void broker_impl::detach(core::filter_id id)
{
    flush();
    core_.detach(id);
}

void broker_impl::remove_queue(std::size_t capacity) noexcept
{
    if (auto const same = queue_sizes_.find(capacity); --same->second == 0)
        queue_sizes_.erase(same);
}

void broker_impl::add_sink(net::turn_sink& sink)
{
    flush();
    std::lock_guard const lock{registry_mutex_};
    sinks_.push_back(&sink);
}

void broker_impl::remove_sink(net::turn_sink& sink)
{
    std::lock_guard const lock{registry_mutex_};
    if (std::erase(sinks_, &sink) == 0) return;
    retired_ += sink.totals();
}

// ---------------------------------------------------------------- stopping

void broker_impl::stop()
{
    if (stopped_.exchange(true)) return;
    intake_.close();
    asio::post(strand_, [self = shared_from_this()] { self->finish_stop(); });
}

void broker_impl::finish_stop()
{
    // What took a place in the intake before it was closed was accepted, and is published. Visits
    // to it empty it, and between these receivers in the same context get their turns.
    if (intake_.size() > 0) {
        schedule_drain();
        asio::post(strand_, [self = shared_from_this()] { self->finish_stop(); });
        return;
    }
    apply_changes();
    flush();
    finished_ = true;
    for (auto const& boxes : boxes_)
        for (auto const& box : boxes)
            box->finish(errc::end_of_stream);
    for (auto* const sink : sinks_)
        sink->on_stop();
}

// ---------------------------------------------------------------- figures

thump::stats broker_impl::stats() const
{
    thump::stats s;
    s.epoch = core_.epoch();
    s.last_seq = s.published = published_.load(std::memory_order_relaxed);
    s.duplicates = duplicates_.load(std::memory_order_relaxed);
    s.history_events = history_events_.load(std::memory_order_relaxed);
    s.history_bytes = history_bytes_.load(std::memory_order_relaxed);
    s.oldest_seq = oldest_seq_or_none();
    s.refused = refused();
    s.subscribers = subscribers_.load(std::memory_order_relaxed);
    s.intake_capacity = intake_.capacity();
    s.intake_size = intake_.size();

    std::lock_guard const lock{registry_mutex_};
    auto all = retired_;
    for (auto const& [id, box] : registry_)
        all += box->totals();
    for (auto const* const sink : sinks_)
        all += sink->totals();
    s.ledger = all.ledger;
    s.gaps = all.gaps;
    s.history_overrun = all.overruns;
    s.subscription_ended = all.unread_at_end;
    s.queue_full = all.ledger.dropped - all.overruns - all.unread_at_end;
    return s;
}

void broker_impl::survey_local(net::subscriber_survey& into) const
{
    std::lock_guard const lock{registry_mutex_};
    for (auto const& [id, box] : registry_)
        box->survey(into);
}

std::vector<net::subscriber_info> broker_impl::list_local() const
{
    std::lock_guard const lock{registry_mutex_};
    std::vector<net::subscriber_info> all;
    all.reserve(registry_.size());
    for (auto const& [id, box] : registry_)
        all.push_back(box->info());
    return all;
}

}   // namespace thump::detail
