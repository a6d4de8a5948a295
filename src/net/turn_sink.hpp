// Whoever fans out the broker's turns to receivers of its own.
#pragma once

#include <core/broker.hpp>

#include <thump/ledger.hpp>

#include <cstdint>

namespace thump::net {

/// Totals of a sink's receivers, past and present.
struct sink_totals {
    thump::ledger ledger;
    std::uint64_t gaps = 0;
    std::uint64_t overruns = 0;        ///< dropped since history let go of them
    std::uint64_t unread_at_end = 0;   ///< dropped since the subscription ended

    sink_totals& operator+=(sink_totals const& other) noexcept
    {
        ledger += other.ledger;
        gaps += other.gaps;
        overruns += other.overruns;
        unread_at_end += other.unread_at_end;
        return *this;
    }
};

/// Takes part in the fan-out of every turn. Called on the broker's strand unless said otherwise.
class turn_sink {
public:
    /// Sends what the turn holds to the sink's receivers. Must not publish, attach or detach.
    virtual void on_turn(core::broker const& turn) = 0;

    /// Nothing more will be published.
    virtual void on_stop() = 0;

    /// Totals at this instant. Any thread.
    [[nodiscard]] virtual sink_totals totals() const = 0;

protected:
    ~turn_sink() = default;
};

}   // namespace thump::net
