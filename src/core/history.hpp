// What was published lately, kept for those who join late or fall behind.
#pragma once

#include <thump/broker_options.hpp>
#include <thump/event_ptr.hpp>
#include <thump/filter.hpp>
#include <thump/gap.hpp>
#include <thump/position.hpp>
#include <thump/time_point.hpp>

#include <boost/assert.hpp>
#include <boost/circular_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace thump::core {

/// An event that history has let go of, and why: `history_overrun` (there was no room for it) or
/// `expired` (it was too old).
struct evicted_event {
    event_ptr what;
    gap_reason why;
};

/// A ring of the newest events, bounded in number, bytes and age. Sequence numbers in it have no
/// hole, so that an event is found by its number at once.
class history {
public:
    explicit history(history_options const& options);

    /// Adds the newest event, and lets go of those that the bounds no longer allow.
    /// @param gone Those are appended here, in order.
    void push(event_ptr e, time_point now, std::vector<evicted_event>& gone);

    /// Lets go of what has become too old.
    void expire(time_point now, std::vector<evicted_event>& gone);

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Sequence number of the oldest event; of the one to come where there is none.
    [[nodiscard]] std::uint64_t first_seq() const noexcept { return next_seq_ - entries_.size(); }

    /// One past the newest.
    [[nodiscard]] std::uint64_t end_seq() const noexcept { return next_seq_; }

    /// The event of a number. Requires: `first_seq() <= seq && seq < end_seq()`.
    [[nodiscard]] event_ptr const& at(std::uint64_t seq) const noexcept
    {
        BOOST_ASSERT(first_seq() <= seq && seq < end_seq());
        return entries_[static_cast<std::size_t>(seq - first_seq())].what;
    }

    /// The first event that was published at `t` or later; `end_seq()` where there is none.
    [[nodiscard]] std::uint64_t first_at(time_point t) const noexcept;

    /// How many events from `first` to `last`, both included, match.
    [[nodiscard]] std::uint64_t count(filter const& f, std::uint64_t first,
                                      std::uint64_t last) const noexcept;

private:
    struct entry {
        event_ptr what;
        time_point published;   // never before that of an older entry, whatever the clock did
    };

    void let_go(gap_reason why, std::vector<evicted_event>& gone);

    history_options const options_;
    boost::circular_buffer<entry> entries_;
    std::size_t bytes_ = 0;
    std::uint64_t next_seq_ = 1;
};

/// Sets a gap's `recoverable`: whether history, whose oldest event is `oldest_seq`, has all of it.
void mark_recoverable(gap& g, std::uint64_t oldest_seq) noexcept;

/// A place to begin to read.
struct starting_point {
    std::uint64_t next = 0;    ///< the first event to be read
    std::optional<gap> lost;   ///< what the position asks for beyond that
};

/// Where `since` begins. The last N events are the last N that match `wanted`, up to event `last`.
[[nodiscard]] starting_point resolve_since(history const& h, std::string_view epoch,
                                           position const& since, filter const& wanted,
                                           time_point now, std::uint64_t last = UINT64_MAX);

/// Forgets what was lost behind event `last`, which is not asked for.
void confine(starting_point& start, std::uint64_t last) noexcept;

/// The last event up to `until`; nothing where that is yet to be seen. Up to the last N events
/// means all but the last N that match `wanted`.
[[nodiscard]] std::optional<std::uint64_t> resolve_until(history const& h, std::string_view epoch,
                                                         position const& until,
                                                         filter const& wanted, time_point now);

/// The last event that was published at `moment` or before it, as far as history knows.
[[nodiscard]] std::uint64_t last_by(history const& h, time_point moment) noexcept;

/// The moment that a position in time stands for; nothing where it is none.
[[nodiscard]] std::optional<time_point> moment_of(position const& p, time_point now) noexcept;

}   // namespace thump::core
