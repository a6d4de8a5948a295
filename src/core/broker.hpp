// The broker as a plain state machine: one order, one turn at a time.
#pragma once

#include <core/filter_index.hpp>
#include <core/history.hpp>
#include <core/remembered_ids.hpp>
#include <core/uuid7.hpp>

#include <thump/broker_options.hpp>
#include <thump/event_ptr.hpp>
#include <thump/filter.hpp>
#include <thump/receipt.hpp>
#include <thump/time_point.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace thump::core {

/// Gives events their order and sorts them by the filters that match.
///
/// Events are collected into a *turn*: whoever fans out takes everything that was published since
/// the last `end_turn`, filter by filter, and ends the turn. Nothing in here blocks, allocates per
/// subscriber, or knows the time.
class broker {
public:
    /// @param epoch Token of this broker's life.
    /// @param seed For the ids it makes.
    broker(std::string epoch, std::uint64_t seed, broker_options const& options = {});

    /// Whether ids are remembered; then `find_duplicate` goes before every `publish`.
    [[nodiscard]] bool remembers_ids() const noexcept { return remembers_ids_; }

    /// The sequence number of the event that was published with the id and source of `e` (by which
    /// CloudEvents tells events apart) within the window in which ids are remembered; 0 where there
    /// is none. Requires: `remembers_ids()`.
    [[nodiscard]] std::uint64_t find_duplicate(event const& e, remembered_ids::time_point now);

    /// Gives `e` the next sequence number, and an id if it has none, and adds it to the turn.
    /// Requires: `e` is valid, measured, has a timestamp, and no other thread refers to it yet.
    /// @param r Told its place, unless null.
    void publish(boost::intrusive_ptr<published_event> e, time_point now, receipt* r = nullptr);

    /// From the next `publish` on, events that match `f` are collected under the id returned.
    /// Requires: `turn_empty()`.
    filter_id attach(filter const& f);

    /// The counterpart of `attach`. Requires: `turn_empty()`.
    void detach(filter_id id);

    /// Whether nothing was published, and nothing left history, since the last `end_turn`.
    [[nodiscard]] bool turn_empty() const noexcept { return turn_events_ == 0 && evicted_.empty(); }
    [[nodiscard]] std::size_t turn_events() const noexcept { return turn_events_; }
    [[nodiscard]] std::size_t turn_bytes() const noexcept { return turn_bytes_; }

    /// The filters that matched anything in this turn.
    [[nodiscard]] std::span<filter_id const> matched_filters() const noexcept { return matched_; }

    /// What a filter matched in this turn, in order.
    [[nodiscard]] std::span<event_ptr const> matched(filter_id id) const noexcept
    {
        return turn_[id];
    }

    /// What history let go of in this turn, in order. It comes after what matched.
    [[nodiscard]] std::span<evicted_event const> evicted() const noexcept { return evicted_; }

    /// Lets go of what has become too old.
    void expire(time_point now) { history_.expire(now, evicted_); }

    [[nodiscard]] core::history const& history() const noexcept { return history_; }

    /// Forgets the turn's events.
    void end_turn() noexcept;

    [[nodiscard]] std::string const& epoch() const noexcept { return epoch_; }
    [[nodiscard]] std::uint64_t last_seq() const noexcept { return last_seq_; }

private:
    std::string epoch_;
    uuid7_generator ids_;
    std::uint64_t last_seq_ = 0;
    filter_index filters_;
    core::history history_;
    remembered_ids remembered_;
    bool const remembers_ids_;
    std::string const default_source_;
    std::string identity_;   // of the event that is looked for

    std::vector<std::vector<event_ptr>> turn_;   // by filter_id
    std::vector<filter_id> matched_;             // those that are not empty
    std::vector<filter_id> scratch_;
    std::vector<evicted_event> evicted_;
    std::size_t turn_events_ = 0;
    std::size_t turn_bytes_ = 0;
};

}   // namespace thump::core
