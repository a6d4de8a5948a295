// The receiving end of a subscription inside the process.
#pragma once

#include <core/backlog.hpp>
#include <core/filter_index.hpp>
#include <core/history.hpp>
#include <net/subscriber_info.hpp>
#include <net/subscriber_survey.hpp>
#include <net/turn_sink.hpp>
#include <net/waiting_receives.hpp>

#include <thump/delivery.hpp>
#include <thump/subscription_options.hpp>
#include <thump/time_point.hpp>

#include <boost/system/error_code.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace thump::detail {

class broker_impl;

/// What a subscription asks for; one and the same for many that ask for the same.
struct mailbox_plan {
    thump::filter wanted;
    core::backlog_options limits;
    std::string name;
    std::weak_ptr<broker_impl> owner;
    /// Sequence number of the oldest event in history, as the broker's strand keeps it.
    std::shared_ptr<std::atomic<std::uint64_t> const> oldest_seq;

    /// Requires: both are of one broker.
    friend bool operator==(mailbox_plan const& a, mailbox_plan const& b)
    {
        return a.wanted == b.wanted && a.limits == b.limits && a.name == b.name;
    }
};

/// Where a subscription begins and ends, if not now and never.
struct mailbox_range {
    std::optional<position> since;
    std::optional<position> until;
    // The strand's:
    std::optional<std::uint64_t> ends_at = {};   ///< the last event, where it is known and to come
    std::optional<time_point> ends_by = {};   ///< when the last event was published at the latest
};

/// A bounded queue between the broker's strand, which fills it, and receivers on any thread.
///
/// The lock is held for a few instructions at a time and never while a handler runs.
class mailbox : public std::enable_shared_from_this<mailbox> {
public:
    using waiter_list = waiting_receives<delivery>;

    mailbox(std::uint64_t id, std::shared_ptr<mailbox_plan const> plan, mailbox_range range);

    // ---- The broker's strand only. Each tells whether the mailbox is behind the live flow.

    /// Begins with what history has from `start` on, up to and with event `last`.
    bool begin(core::history const& h, core::starting_point const& start, std::uint64_t last);

    /// Queues a turn's events as the policy allows, and completes receives that wait for them.
    /// Takes over one reference to each.
    bool deliver(std::span<event_ptr const> events, core::history const& h);

    /// Reads on in history, as far as there is room.
    bool refill(core::history const& h);

    /// History has let go of events.
    bool on_evicted(std::span<core::evicted_event const> gone, core::history const& h);

    /// Nobody reads history for it any more, and nobody has told it yet of what is `gone`.
    void give_up_history(std::span<core::evicted_event const> gone, core::history const& h);

    /// Whether the broker has it among those that are behind.
    bool listed_behind = false;

    /// The filter that the broker has attached for it, while it is given events.
    std::optional<core::filter_id> attached;
    /// Its place among those of that filter.
    std::uint32_t place = 0;

    /// Whether the strand has taken note of it. The broker's, under its lock.
    bool noted = false;

    // ---- Any thread.

    /// Begins a receive, or a wait for something to receive.
    void await(waiter_list::handler_type handler);
    /// Ends one that still waits.
    void cancel(std::uint64_t waiter_id);

    std::optional<delivery> try_receive(boost::system::error_code& ec);
    std::size_t try_receive(std::span<delivery> into, boost::system::error_code& ec);

    /// No event will follow. What is queued can still be received; after it, `reason`. Once a
    /// receiver has been told that, the broker's books are closed for it.
    /// @return false where it had ended before.
    bool finish(boost::system::error_code reason);

    /// Ends the subscription from the receiver's side: what is queued is lost, and counted.
    void unsubscribe();

    /// Destroys waiting receives without completing them, as the broker goes.
    void destroy_waiters() noexcept;

    [[nodiscard]] bool ended() const;
    [[nodiscard]] thump::ledger ledger() const;
    [[nodiscard]] net::sink_totals totals() const;
    void survey(net::subscriber_survey& into) const;
    [[nodiscard]] net::subscriber_info info() const;
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return plan_->limits.queue; }
    [[nodiscard]] thump::filter const& wanted() const noexcept { return plan_->wanted; }
    /// Null: from now on, for ever.
    [[nodiscard]] mailbox_range* range() const noexcept { return range_.get(); }
    [[nodiscard]] std::weak_ptr<broker_impl> const& owner() const noexcept { return plan_->owner; }

private:
    // What to ask of the broker once the lock is released, within which it must not be called.
    struct errands {
        bool refill = false;
        bool leave = false;
    };

    [[nodiscard]] std::size_t take_run(std::span<event_ptr const> events);
    void take_in(event_ptr const& e);
    std::optional<delivery> take_next();
    delivery take();
    [[nodiscard]] boost::system::error_code tell_end() noexcept;
    void match_waiters();
    // Whether nothing is left to be received, nor will be.
    [[nodiscard]] bool at_end() const noexcept { return end_.failed() && queue_.idle(); }
    bool read_on(core::history const& h);
    [[nodiscard]] bool refill_due() noexcept;
    [[nodiscard]] errands due(bool refill) noexcept;
    void run(errands what);

    std::uint64_t const id_;
    std::shared_ptr<mailbox_plan const> const plan_;
    time_point const subscribed_at_;
    std::unique_ptr<mailbox_range> const range_;   // mostly null

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    core::backlog queue_;
    waiter_list waiters_;
    std::uint64_t gaps_told_ = 0;
    std::uint64_t overruns_ = 0;
    std::uint64_t unread_at_end_ = 0;
    std::uint64_t last_ = UINT64_MAX;   // the last event to receive
    bool refill_asked_ = false;
    bool end_told_ = false;           // to a receiver
    bool left_ = false;               // the broker's books
    boost::system::error_code end_;   // why no event will follow; clear while some may
};

}   // namespace thump::detail
