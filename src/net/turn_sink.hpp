// Whoever fans out the broker's turns to receivers of its own.
#pragma once

#include <core/broker.hpp>

#include <thump/ledger.hpp>

#include <cstddef>
#include <cstdint>

namespace thump::net {

/// Totals of a sink's receivers, past and present.
struct sink_totals {
    thump::ledger ledger;
    std::uint64_t gaps = 0;
    std::size_t subscribers = 0;
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
