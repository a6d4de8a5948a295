#include <net/mailbox.hpp>

#include <net/broker_impl.hpp>
#include <net/delivery_count.hpp>
#include <net/timed_end.hpp>

#include <thump/errc.hpp>

#include <algorithm>
#include <utility>

namespace thump::detail {

using boost::system::error_code;

mailbox::mailbox(std::uint64_t id, std::shared_ptr<mailbox_plan const> plan, mailbox_range range)
    : id_{id}
    , plan_{std::move(plan)}
    , subscribed_at_{time_point::now()}
    , range_{range.since || range.until ? std::make_unique<mailbox_range>(std::move(range))
                                        : nullptr}
    , queue_{plan_->limits}
{
}

bool mailbox::begin(core::history const& h, core::starting_point const& start, std::uint64_t last)
{
    bool behind;
    errands next;
    {
        std::lock_guard const lock{mutex_};
        if (end_told_ || end_ == errc::unsubscribed) return false;   // its books are closed
        last_ = last;
        if (start.lost) queue_.tell(*start.lost);
        auto const unread = h.count(plan_->wanted, start.next, last_);
        if (unread > 0) queue_.begin_behind(start.next, unread);
        if (last_ < h.end_seq() && !end_) end_ = errc::end_of_stream;
        next = due(read_on(h));
        behind = queue_.behind();
    }
    run(next);
    return behind;
}

bool mailbox::deliver(std::span<event_ptr const> events, core::history const& h)
{
    bool behind;
    errands next;
    {
        std::lock_guard const lock{mutex_};
        if (range_) net::look_at_clock(range_->ends_by, last_, h);
        while (!events.empty() && !end_) {
            auto const taken = take_run(events);
            if (taken == 0) take_in({events.front().get(), false});
            events = events.subspan(std::max<std::size_t>(taken, 1));
            // Hand over at once, so that a burst does not overflow a queue whose receiver waits.
            if (!waiters_.empty()) match_waiters();
        }
        for (auto const& unwanted : events)
            intrusive_ptr_release(unwanted.get());
        next = due(read_on(h));
        behind = queue_.behind();
    }
    run(next);
    return behind;
}

// Queues what simply finds room, all at once, and says how many that were.
std::size_t mailbox::take_run(std::span<event_ptr const> events)
{
    if (!waiters_.empty() || events.back()->seq >= last_) return 0;
    auto const taken = queue_.push_run(events);
    for (auto const& e : events.first(taken))
        net::count(*e, core::push_result::queued);
    return taken;
}

void mailbox::take_in(event_ptr const& e)
{
    if (e->seq <= last_) {
        auto const result = queue_.push(e);
        net::count(*e, result);
        if (result == core::push_result::closed) end_ = errc::slow_consumer;
    }
    if (e->seq >= last_) end_ = errc::end_of_stream;
}

bool mailbox::refill(core::history const& h)
{
    bool behind;
    errands next;
    {
        std::lock_guard const lock{mutex_};
        refill_asked_ = false;
        next = due(read_on(h));
        behind = queue_.behind();
    }
    run(next);
    return behind;
}

bool mailbox::on_evicted(std::span<core::evicted_event const> gone, core::history const& h)
{
    bool behind;
    errands next;
    {
        std::lock_guard const lock{mutex_};
        auto const before = queue_.ledger().dropped;
        if (queue_.on_evicted(gone, plan_->wanted)) next = due(read_on(h));
        overruns_ += queue_.ledger().dropped - before;
        behind = queue_.behind();
    }
    run(next);
    return behind;
}

void mailbox::give_up_history(std::span<core::evicted_event const> gone, core::history const& h)
{
    std::lock_guard const lock{mutex_};
    auto const before = queue_.ledger().dropped;
    queue_.on_evicted(gone, plan_->wanted);
    queue_.give_up_history(h, plan_->wanted);
    overruns_ += queue_.ledger().dropped - before;
}

// With the lock held: reads on in history, and hands over what it can. Whether the strand is to be
// asked for more.
bool mailbox::read_on(core::history const& h)
{
    bool const more = queue_.wants_refill() && queue_.refill(h, plan_->wanted);
    match_waiters();
    return more && !std::exchange(refill_asked_, true);
}

// With the lock held: whether the strand is to be asked.
bool mailbox::refill_due() noexcept
{
    if (refill_asked_ || !queue_.wants_refill()) return false;
    refill_asked_ = true;
    return true;
}

mailbox::errands mailbox::due(bool refill) noexcept
{
    return {refill, end_told_ && !std::exchange(left_, true)};
}

// Without the lock: this may be the last to hold on to the broker.
void mailbox::run(errands what)
{
    if (!what.refill && !what.leave) return;
    auto const broker = owner().lock();
    if (!broker) return;
    if (what.refill) broker->ask_refill(shared_from_this());
    if (what.leave) broker->forget(*this);
}

void mailbox::await(waiter_list::handler_type handler)
{
    auto const slot = waiter_list::slot_of(handler);
    errands next;
    {
        std::lock_guard const lock{mutex_};
        auto const id = waiters_.push(std::move(handler));
        match_waiters();
        // Under the lock: once it is released, the operation may complete and its slot be gone.
        if (!waiters_.empty()) cancel_by(slot, weak_from_this(), id);
        next = due(refill_due());
    }
    run(next);
}

std::optional<delivery> mailbox::try_receive(error_code& ec)
{
    std::optional<delivery> taken;
    errands next;
    ec.clear();
    {
        std::lock_guard const lock{mutex_};
        // Receives that are under way come first.
        if (!waiters_.empty()) return std::nullopt;
        taken = take_next();
        if (!taken && at_end()) ec = tell_end();
        next = due(refill_due());
    }
    run(next);
    return taken;
}

std::size_t mailbox::try_receive(std::span<delivery> into, error_code& ec)
{
    std::size_t count = 0;
    errands next;
    ec.clear();
    {
        std::lock_guard const lock{mutex_};
        if (!waiters_.empty()) return 0;
        while (count < into.size()) {
            for (auto run = std::min(queue_.run(), into.size() - count); run > 0; --run)
                into[count++] = queue_.pop();
            if (count == into.size()) break;
            auto taken = take_next();
            if (!taken) break;
            into[count++] = *std::move(taken);
        }
        if (count == 0 && at_end()) ec = tell_end();
        next = due(refill_due());
    }
    run(next);
    return count;
}

std::optional<delivery> mailbox::take_next()
{
    return queue_.ready() ? std::optional{take()} : std::nullopt;
}

delivery mailbox::take()
{
    auto due = queue_.take_gap();
    if (!due) return delivery{queue_.pop()};
    ++gaps_told_;
    core::mark_recoverable(*due, plan_->oldest_seq->load(std::memory_order_relaxed));
    return delivery{*due};
}

error_code mailbox::tell_end() noexcept
{
    end_told_ = true;
    return end_;
}

// With the lock held, so that handlers are posted in the order of their operations. A post runs
// none of them.
void mailbox::match_waiters()
{
    waiters_.serve([this] { return queue_.ready(); }, [this] { return take(); },
                   [this] { return at_end() ? tell_end() : error_code{}; });
}

void mailbox::cancel(std::uint64_t waiter_id)
{
    std::lock_guard const lock{mutex_};
    waiters_.cancel(waiter_id);
}

bool mailbox::finish(error_code reason)
{
    errands next;
    {
        std::lock_guard const lock{mutex_};
        if (end_) return false;
        end_ = reason;
        match_waiters();
        next = due(false);
    }
    run(next);
    return true;
}

void mailbox::unsubscribe()
{
    std::lock_guard const lock{mutex_};
    unread_at_end_ += queue_.ledger().queued;
    queue_.abandon();
    end_ = errc::unsubscribed;
    match_waiters();
}

void mailbox::destroy_waiters() noexcept
{
    decltype(waiters_) doomed;
    std::lock_guard const lock{mutex_};
    std::swap(doomed, waiters_);
}

bool mailbox::ended() const
{
    std::lock_guard const lock{mutex_};
    return end_.failed();
}

thump::ledger mailbox::ledger() const
{
    std::lock_guard const lock{mutex_};
    return queue_.ledger();
}

net::sink_totals mailbox::totals() const
{
    std::lock_guard const lock{mutex_};
    return {queue_.ledger(), gaps_told_, overruns_, unread_at_end_};
}

void mailbox::survey(net::subscriber_survey& into) const
{
    std::lock_guard const lock{mutex_};
    into.add(queue_.ledger().queued, queue_.slow());
}

net::subscriber_info mailbox::info() const
{
    std::lock_guard const lock{mutex_};
    return {id_,
            "process",
            {},
            plan_->name,
            plan_->wanted.to_string(),
            plan_->limits.overflow,
            plan_->limits.queue,
            subscribed_at_,
            queue_.ledger(),
            gaps_told_,
            queue_.slow()};
}

}   // namespace thump::detail
