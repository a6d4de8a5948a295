// Subscribers that are sent the very same bytes.
#pragma once

#include <core/filter_index.hpp>
#include <net/encoder.hpp>

#include <thump/event_ptr.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thump::net {

struct subscriber;

/// What one turn sends to a group: its events, and their frames end to end.
struct fan_batch {
    std::span<event_ptr const> events;
    std::string_view bytes;
    std::span<std::size_t const> ends;   ///< where each event's frame ends in `bytes`
    bool counted = false;                ///< somebody wants to know what becomes of an event
};

/// Subscribers with the same filter and encoding. A turn's frames are put together once for all.
class fan_group {
public:
    fan_group(core::filter_id filter, encoding form) noexcept : filter_{filter}, form_{form} {}

    [[nodiscard]] core::filter_id filter() const noexcept { return filter_; }
    [[nodiscard]] encoding form() const noexcept { return form_; }
    [[nodiscard]] std::size_t size() const noexcept { return live_; }

    void add(subscriber& s);

    /// Takes a member out. While a turn is sent its place is kept open, see `close_ranks`.
    void remove(subscriber& s) noexcept;

    /// Members; null where one has gone during this turn.
    [[nodiscard]] std::span<subscriber* const> members() const noexcept { return members_; }

    /// Fills the places that members left during the turn.
    void close_ranks() noexcept;

    /// Fills the place that a member left just now; at once, however many members there are.
    void close_rank(std::size_t place) noexcept;

    /// Puts the frames of `events` together. The batch holds until the next call.
    fan_batch encode(std::span<event_ptr const> events, std::string_view epoch);

private:
    core::filter_id const filter_;
    encoding const form_;
    std::vector<subscriber*> members_;
    std::size_t live_ = 0;
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

}   // namespace thump::net
