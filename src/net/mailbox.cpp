#include <net/mailbox.hpp>

#include <net/broker_impl.hpp>
#include <net/delivery_count.hpp>

#include <thump/errc.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace thump::detail {

namespace asio = boost::asio;
using boost::system::error_code;

mailbox::mailbox(std::weak_ptr<broker_impl> owner,
                 std::shared_ptr<std::atomic<std::uint64_t> const> oldest_seq, std::uint64_t id,
                 thump::filter f, subscription_options const& options)
    : owner_{std::move(owner)}
    , oldest_seq_{std::move(oldest_seq)}
    , id_{id}
    , filter_{std::move(f)}
    , options_{core::backlog_options::from(options)}
    , name_{options.name}
    , subscribed_at_{time_point::now()}
    , since_{options.since}
    , until_{options.until}
    , queue_{options_}
{
}

bool mailbox::begin(core::history const& h, core::starting_point const& start, std::uint64_t last)
{
    completions done;
    bool behind;
    bool ask;
    {
        std::lock_guard const lock{mutex_};
        last_ = last;
        if (start.lost) queue_.tell(*start.lost);
        auto const unread = h.count(filter_, start.next, last_);
        if (unread > 0) queue_.begin_behind(start.next, unread);
        if (last_ < h.end_seq() && !end_) end_ = errc::end_of_stream;
        ask = read_on(h, done);
        behind = queue_.behind();
    }
    if (ask) ask_refill();
    complete(std::move(done));
    return behind;
}

bool mailbox::deliver(std::span<event_ptr const> events, core::history const& h)
{
    completions done;
    bool behind;
    bool ask;
    {
        std::lock_guard const lock{mutex_};
        for (auto const& e : events) {
            if (end_) break;
            if (e->seq <= last_) {
                auto const result = queue_.push(e);
                net::count(*e, result);
                if (result == core::push_result::closed) end_ = errc::slow_consumer;
            }
            if (e->seq >= last_) end_ = errc::end_of_stream;
            // Hand over at once, so that a burst does not overflow a queue whose receiver waits.
            if (!waiters_.empty()) match_waiters(done);
        }
        ask = read_on(h, done);
        behind = queue_.behind();
    }
    if (ask) ask_refill();
    complete(std::move(done));
    return behind;
}

bool mailbox::refill(core::history const& h)
{
    completions done;
    bool behind;
    bool ask;
    {
        std::lock_guard const lock{mutex_};
        refill_asked_ = false;
        ask = read_on(h, done);
        behind = queue_.behind();
    }
    if (ask) ask_refill();
    complete(std::move(done));
    return behind;
}

bool mailbox::on_evicted(std::span<core::evicted_event const> gone, core::history const& h)
{
    completions done;
    bool behind;
    bool ask = false;
    {
        std::lock_guard const lock{mutex_};
        auto const before = queue_.ledger().dropped;
        if (queue_.on_evicted(gone, filter_)) ask = read_on(h, done);
        overruns_ += queue_.ledger().dropped - before;
        behind = queue_.behind();
    }
    if (ask) ask_refill();
    complete(std::move(done));
    return behind;
}

void mailbox::give_up_history(std::span<core::evicted_event const> gone, core::history const& h)
{
    std::lock_guard const lock{mutex_};
    auto const before = queue_.ledger().dropped;
    queue_.on_evicted(gone, filter_);
    queue_.give_up_history(h, filter_);
    overruns_ += queue_.ledger().dropped - before;
}

// With the lock held: reads on in history, and hands over what it can. Whether the strand is to be
// asked for more.
bool mailbox::read_on(core::history const& h, completions& done)
{
    bool const more = queue_.wants_refill() && queue_.refill(h, filter_);
    match_waiters(done);
    return more && !std::exchange(refill_asked_, true);
}

// With the lock held: whether the strand is to be asked.
bool mailbox::refill_due() noexcept
{
    if (refill_asked_ || !queue_.wants_refill()) return false;
    refill_asked_ = true;
    return true;
}

// Without the lock: this may be the last to hold on to the broker, whose end wants the lock.
void mailbox::ask_refill()
{
    if (auto const broker = owner_.lock()) broker->ask_refill(shared_from_this());
}

void mailbox::receive(asio::any_io_executor const& io, receive_handler handler)
{
    auto slot = asio::get_associated_cancellation_slot(handler);
    completions done;
    std::uint64_t waiter_id;
    bool ask;
    {
        std::lock_guard const lock{mutex_};
        waiter_id = next_waiter_++;
        waiters_.push_back({waiter_id, {std::move(handler), io}});
        match_waiters(done);
        // Under the lock: once it is released, the receive may complete and its slot be gone.
        if (done.empty() && slot.is_connected())
            slot.assign([weak = weak_from_this(), waiter_id](asio::cancellation_type type) {
                if (type == asio::cancellation_type::none) return;
                if (auto const self = weak.lock()) self->cancel(waiter_id);
            });
        ask = refill_due();
    }
    if (ask) ask_refill();
    complete(std::move(done));
}

std::optional<delivery> mailbox::try_receive(error_code& ec)
{
    std::optional<delivery> next;
    bool ask;
    ec.clear();
    {
        std::lock_guard const lock{mutex_};
        // Receives that are under way come first.
        if (!waiters_.empty()) return std::nullopt;
        next = take_next();
        if (!next && at_end()) ec = end_;
        ask = refill_due();
    }
    if (ask) ask_refill();
    return next;
}

std::optional<delivery> mailbox::take_next()
{
    if (auto due = queue_.take_gap()) {
        ++gaps_told_;
        core::mark_recoverable(*due, oldest_seq_->load(std::memory_order_relaxed));
        return delivery{*due};
    }
    if (queue_.run() > 0) return delivery{queue_.pop()};
    return std::nullopt;
}

void mailbox::match_waiters(completions& done)
{
    while (!waiters_.empty()) {
        auto next = take_next();
        if (!next && !at_end()) return;
        done.push_back({std::move(waiters_.front()), next ? error_code{} : end_,
                        next ? std::move(*next) : delivery{}});
        waiters_.pop_front();
    }
}

void mailbox::complete(completions done)
{
    for (auto& [who, ec, what] : done)
        who.handler.complete(ec, std::move(what));
}

void mailbox::cancel(std::uint64_t waiter_id)
{
    completions done;
    {
        std::lock_guard const lock{mutex_};
        auto const found = std::ranges::find(waiters_, waiter_id, &waiter::id);
        if (found == waiters_.end()) return;
        done.push_back({std::move(*found), asio::error::operation_aborted, {}});
        waiters_.erase(found);
    }
    complete(std::move(done));
}

void mailbox::finish(error_code reason)
{
    completions done;
    {
        std::lock_guard const lock{mutex_};
        if (end_) return;
        end_ = reason;
        match_waiters(done);
    }
    complete(std::move(done));
}

void mailbox::unsubscribe()
{
    completions done;
    {
        std::lock_guard const lock{mutex_};
        unread_at_end_ += queue_.ledger().queued;
        queue_.abandon();
        end_ = errc::unsubscribed;
        match_waiters(done);
    }
    complete(std::move(done));
}

void mailbox::destroy_waiters() noexcept
{
    std::list<waiter> doomed;
    std::lock_guard const lock{mutex_};
    doomed.swap(waiters_);
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
            name_,
            filter_.to_string(),
            options_.overflow,
            options_.queue,
            subscribed_at_,
            queue_.ledger(),
            gaps_told_,
            queue_.slow()};
}

}   // namespace thump::detail
