// Who subscribes, and from where in history.
#include <net/broker_impl.hpp>
#include <wire/position.hpp>
#include <wire/utf8.hpp>

#include <thump/errc.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <variant>

namespace thump::detail {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

error refusal(errc code, char const* why)
{
    return {make_error_code(code), why, {}, {}, {}};
}

result<void> check_options(subscription_options const& o, broker_impl const& broker)
{
    if (o.queue < 1 || o.queue > 1'000'000)
        return refusal(errc::invalid_parameter, "'queue' must be 1 to 1000000");
    if (o.queue_bytes < 1)
        return refusal(errc::invalid_parameter, "'queue_bytes' must be at least 1");
    if (o.key.empty()) return refusal(errc::invalid_parameter, "'key' must not be empty");
    if (o.name.size() > 255 || !wire::is_printable(o.name))
        return refusal(errc::invalid_parameter,
                       "'name' must be up to 255 bytes of UTF-8 without control characters");
    if (o.overflow == overflow::catch_up && broker.options().history.max_events == 0)
        return refusal(errc::invalid_parameter,
                       "'overflow' is 'catch_up', but this broker keeps no history");
    if (!wire::is_in_range(o.since) || !wire::is_in_range(o.until))
        return refusal(errc::invalid_parameter,
                       "'since' or 'until' is a time before the year 0, after 9999, or negative");
    auto const* const end = o.until ? std::get_if<cursor>(&*o.until) : nullptr;
    if (end && end->epoch != broker.epoch())
        return refusal(errc::invalid_parameter, "'until' is a cursor of another epoch");
    return {};
}

}   // namespace

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

result<std::shared_ptr<mailbox>> broker_impl::subscribe(subscription_options const& options)
{
    auto wanted = filter::make(options.types, options.where);
    if (!wanted) return wanted.error();
    if (auto const good = check_options(options, *this); !good) return good.error();
    if (stopped_.load()) return refusal(errc::stopped, "the broker has stopped");
    auto const id = join();
    if (id == 0) return refusal(errc::too_many_subscribers, "there is no room for a subscription");
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
    return box->finish(errc::closed_by_operator);
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
    if (!known->noted) {   // the strand need not see it; it is among the latest mostly
        auto const latest =
            std::ranges::find(changes_.rbegin(), changes_.rend(), known, &change::box);
        changes_.erase(std::prev(latest.base()));
        return;
    }
    changes_.push_back({known, false});
    changes_pending_.store(true, std::memory_order_release);
    // Its timer would keep the context at work until the next event.
    if (known->range()) asio::post(strand_, [self = shared_from_this()] { self->apply_changes(); });
}

void broker_impl::apply_changes()
{
    std::vector<change> changes;
    {
        std::lock_guard const lock{registry_mutex_};
        changes.swap(changes_);
        changes_pending_.store(false, std::memory_order_relaxed);
        for (auto const& [box, add] : changes)
            box->noted = true;
    }
    flush();   // a filter may be shared with subscriptions that want this turn
    for (auto& [box, add] : changes)
        add ? apply_add(std::move(box)) : apply_remove(*box);
    // Nobody reads on for those that have left.
    if (std::exchange(left_behind_, false))
        std::erase_if(behind_, [](auto const& box) { return !box->listed_behind; });
}

void broker_impl::apply_add(std::shared_ptr<mailbox> box)
{
    if (finished_) {
        box->finish(errc::end_of_stream);
        return;
    }
    auto const id = core_.attach(box->wanted());
    if (boxes_.size() <= id) boxes_.resize(id + 1);
    box->attached = id;
    box->place = static_cast<std::uint32_t>(boxes_[id].size());
    boxes_[id].push_back(box);
    add_queue(box->capacity());
    if (box->range()) begin_in_history(box);
}

void broker_impl::apply_remove(mailbox& box)
{
    if (!box.attached) return;
    auto const id = *std::exchange(box.attached, std::nullopt);
    if (std::exchange(box.listed_behind, false)) left_behind_ = true;
    ends_.erase(box.id());
    if (auto const* const r = box.range(); r && r->ends_at) last_events_.erase({*r->ends_at, &box});
    auto& all = boxes_[id];
    all.back()->place = box.place;
    std::swap(all[box.place], all.back());
    all.pop_back();   // the change that is being applied still holds it
    remove_queue(box.capacity());
    core_.detach(id);
}

void broker_impl::begin_in_history(std::shared_ptr<mailbox> const& box)
{
    auto const now = time_point::now();
    auto const& h = up_to_date_history();
    auto& [since, until, ends_at, ends_by] = *box->range();
    auto const end =
        until ? core::resolve_until(h, epoch(), *until, box->wanted(), now) : std::nullopt;
    auto const last = end.value_or(UINT64_MAX);
    auto start = since ? core::resolve_since(h, epoch(), *since, box->wanted(), now, last)
                       : core::starting_point{h.end_seq(), std::nullopt};
    core::confine(start, last);
    note_behind(box, box->begin(h, start, last));

    // An end that is yet to come.
    if (end && last >= h.end_seq()) last_events_.emplace(*(ends_at = last), box.get());
    if (!until || end) return;
    ends_by = core::moment_of(*until, now);
    if (ends_by) end_at(box, *ends_by);
}

void broker_impl::end_at(std::shared_ptr<mailbox> const& box, time_point moment)
{
    using clock = std::chrono::system_clock;
    constexpr auto clock_ends = std::chrono::floor<std::chrono::seconds>(clock::duration::max());
    if (std::chrono::seconds{moment.seconds} >= clock_ends) return;   // in 2262
    auto& timer = ends_.try_emplace(box->id(), strand_).first->second;
    timer.expires_at(clock::time_point{std::chrono::duration_cast<clock::duration>(
        std::chrono::seconds{moment.seconds} + std::chrono::nanoseconds{moment.nanoseconds})});
    timer.async_wait([weak = std::weak_ptr{box}](error_code ec) {
        auto const waiting = weak.lock();
        auto const broker = waiting ? waiting->owner().lock() : nullptr;
        if (ec || !broker) return;
        broker->flush();   // what was published by now is in time
        waiting->finish(errc::end_of_stream);
    });
}

// The last event of a subscription may be none that it is given.
void broker_impl::end_those_at(std::uint64_t seq)
{
    auto at = last_events_.begin();
    for (; at != last_events_.end() && at->first <= seq; ++at)
        at->second->finish(errc::end_of_stream);
    last_events_.erase(last_events_.begin(), at);
}

void broker_impl::note_behind(std::shared_ptr<mailbox> const& box, bool behind)
{
    if (behind && box->attached && !std::exchange(box->listed_behind, true)) behind_.push_back(box);
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

}   // namespace thump::detail
