// How long events take from being published to the end of their turn's fan-out.
#pragma once

#include <core/duration_histogram.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace thump::net {

/// Times the events of a turn, by the clock that publishing has read anyway: what is added is one
/// reading a turn.
/// Thread safety: `durations` from any thread, the rest on the broker's strand.
class turn_clock {
public:
    using time = std::chrono::system_clock::time_point;

    /// An event joins the turn.
    /// @param since When it was published.
    void add(time since)
    {
        if (waiting_.empty() || waiting_.back().since != since) waiting_.push_back({since, 0});
        ++waiting_.back().events;
    }

    /// Every subscriber's queue or socket has been given the turn's events.
    void end_turn()
    {
        if (waiting_.empty()) return;
        auto const now = std::chrono::system_clock::now();
        for (auto const& [since, events] : waiting_)
            durations_.observe(now - since, events);
        waiting_.clear();
    }

    [[nodiscard]] core::duration_histogram const& durations() const noexcept { return durations_; }

private:
    struct published_together {
        time since;
        std::uint64_t events;
    };

    std::vector<published_together> waiting_;
    core::duration_histogram durations_;
};

}   // namespace thump::net
