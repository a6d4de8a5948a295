// What a subscriber receives: an event, or the account of a loss.
#pragma once

#include <thump/event_ptr.hpp>
#include <thump/gap.hpp>

#include <utility>
#include <variant>

namespace thump {

/// Either an event or a gap.
class delivery {
public:
    /// An empty delivery, as it accompanies an error.
    delivery() = default;
    delivery(event_ptr e) noexcept : what_{std::move(e)} {}   ///< an event
    delivery(gap const& g) noexcept : what_{g} {}             ///< a gap

    /// The event, or null where this is a gap.
    [[nodiscard]] published_event const* as_event() const noexcept
    {
        auto const* const e = std::get_if<event_ptr>(&what_);
        return e ? e->get() : nullptr;
    }
    /// The gap, or null where this is an event.
    [[nodiscard]] gap const* as_gap() const noexcept { return std::get_if<gap>(&what_); }

    [[nodiscard]] bool is_event() const noexcept { return as_event() != nullptr; }   ///< an event
    [[nodiscard]] bool is_gap() const noexcept { return as_gap() != nullptr; }       ///< a gap

    /// A share in the event, to keep it; null where this is a gap.
    [[nodiscard]] event_ptr share() const noexcept
    {
        auto const* const e = std::get_if<event_ptr>(&what_);
        return e ? *e : event_ptr{};
    }

private:
    std::variant<event_ptr, gap> what_;
};

}   // namespace thump
