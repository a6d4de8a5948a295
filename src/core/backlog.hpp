// The bounded queue of one subscriber: overflow policy, gaps, ledger.
#pragma once

#include <thump/event_ptr.hpp>
#include <thump/filter.hpp>
#include <thump/gap.hpp>
#include <thump/ledger.hpp>
#include <thump/subscription_options.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thump::core {

class history;
struct evicted_event;

/// What became of an event that was pushed.
enum class push_result : std::uint8_t {
    queued,    ///< it waits in the queue (others may have been lost for it)
    dropped,   ///< it was lost, and counted
    closed,    ///< it was lost, and the policy `disconnect` ended the subscription
};

/// The part of the options that a queue acts by.
struct backlog_options {
    std::size_t queue = 50;
    std::size_t queue_bytes = std::size_t{1} << 20;
    thump::overflow overflow = thump::overflow::drop_newest;
    std::string key = "type";

    static backlog_options from(subscription_options const& o)
    {
        return {o.queue, o.queue_bytes, o.overflow, o.key};
    }
    friend bool operator==(backlog_options const&, backlog_options const&) = default;
};

/// A subscriber's queue of events, bounded in events and bytes, that accounts for every event and
/// tells of every loss by a gap in the place where the events are missing.
///
/// A queue that is *behind* leaves events in history and reads them from there as it drains: under
/// `catch_up` when it overflows, under any policy while a newcomer is given what it asked for.
///
/// Losses next to one another share a gap, but for what a cursor asked for in vain
/// (`gap_reason::cursor_expired`), which was never matched. Under `drop_newest` a gap stands behind
/// the events that were queued when the loss began; under the other policies it stands before
/// everything queued.
///
/// A queue that has never held anything costs no allocation, so that a subscriber who keeps up by
/// other means (see `delivered_directly`) costs next to nothing.
class backlog {
public:
    /// @param options Must outlive the queue; subscribers that ask for the same may share it.
    explicit backlog(backlog_options const& options) noexcept;
    ~backlog();
    backlog(backlog const&) = delete;
    backlog& operator=(backlog const&) = delete;

    /// Takes in a matching event, as the policy allows.
    push_result push(event_ptr const& e);

    /// Takes in matching events for as long as they simply find room, one after another.
    /// Takes over one reference to each of these.
    /// @return how many; those that are left want `push`.
    std::size_t push_run(std::span<event_ptr const> events);

    /// Accounts for `count` events that the receiver took without queueing.
    /// Requires: `idle()`.
    void delivered_directly(std::uint64_t count) noexcept
    {
        ledger_.matched += count;
        ledger_.delivered += count;
    }

    /// Whether there is neither an event nor a gap to hand out, nor will be before another `push`.
    [[nodiscard]] bool idle() const noexcept;

    /// Whether there is an event or a gap to hand out now. Requires: nothing is pinned.
    [[nodiscard]] bool ready() const noexcept;

    /// Events in the queue.
    [[nodiscard]] std::size_t size() const noexcept;

    /// Events that can be handed out before the next gap.
    [[nodiscard]] std::size_t run() const noexcept;

    /// The event at `index` from the front. Requires: `index < size()`.
    [[nodiscard]] event_ptr const& at(std::size_t index) const noexcept;

    /// Hands out the gap that is due now, if one is.
    std::optional<gap> take_gap();

    /// Hands out the event at the front and counts it delivered. Requires: `run() > 0`.
    event_ptr pop();

    /// Keeps the event at the front from being lost (part of it has been sent). Holds until `pop`.
    /// Requires: `run() > 0`.
    void pin_front() noexcept;

    /// Records a loss that happened elsewhere, before everything queued.
    void tell(gap const& g);

    /// Counts everything queued as dropped, and forgets it and all gaps.
    void abandon() noexcept;

    /// The same while the receiver stays, and is to know. Requires: as `give_up_history`.
    /// @return the gaps that it was not told of, these losses included: one for all that share it.
    [[nodiscard]] std::vector<gap> end(history const& h, filter const& wanted);

    // ---- Behind the live flow. What has no room under `catch_up`, and what is replayed to a
    // ---- newcomer, stays in history: it counts as queued, and is read from there by `refill`.

    /// Begins behind: the next event to read is `next`, and from it on `unread` events match, at
    /// least 1. Requires: nothing was pushed yet.
    void begin_behind(std::uint64_t next, std::uint64_t unread);

    /// Whether events that are counted as queued are still to be read from history.
    [[nodiscard]] bool behind() const noexcept;

    /// Whether `refill` would do something worth while.
    [[nodiscard]] bool wants_refill() const noexcept;

    /// Reads from history what the queue has room for. Once it has read all that is counted as
    /// queued there, the subscription is no longer behind. Does nothing while `on_evicted` is yet
    /// to be told of events that `h` let go of.
    /// @return whether it stopped for having looked at many events, and wants to be called again.
    bool refill(history const& h, filter const& wanted);

    /// History has let go of events. Those that were still to be read are lost.
    /// @return whether any was, or might have been: there may be a gap to tell, or room to refill.
    bool on_evicted(std::span<evicted_event const> gone, filter const& wanted);

    /// Whatever is still to be read from history is lost. Requires: `on_evicted` was told of all
    /// that `h` let go of.
    void give_up_history(history const& h, filter const& wanted,
                         gap_reason reason = gap_reason::history_overrun);

    /// Whether the queue has overflowed, and what it held then is yet to be handed out.
    [[nodiscard]] bool slow() const noexcept;

    /// Whether the policy `disconnect` has ended the subscription.
    [[nodiscard]] bool closed() const noexcept { return closed_; }

    /// Frees memory that an idle queue does not need. Requires: `idle()`.
    void release_memory() noexcept;

    [[nodiscard]] thump::ledger const& ledger() const noexcept { return ledger_; }

private:
    struct storage;

    [[nodiscard]] bool has_room(std::size_t bytes) const noexcept;
    [[nodiscard]] bool keeps_newest() const noexcept;
    storage& store();
    void enqueue(event_ptr const& e);
    void conflate(event_ptr const& e);
    void evict_front();
    void lose(std::size_t index, gap_reason reason);
    void lose_newest(event_ptr const& e);
    void fall_behind(event_ptr const& e);
    void lose_unread(published_event const& e, gap_reason reason);

    backlog_options const* options_;
    std::unique_ptr<storage> storage_;
    thump::ledger ledger_;
    bool closed_ = false;
};

}   // namespace thump::core
