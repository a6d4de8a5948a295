// Durations that were measured, and how they are spread.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace thump::cli {

/// A bounded collection of durations.
class latency {
public:
    /// Durations past these many are left out.
    static constexpr std::size_t most = 1'000'000;

    void add(std::chrono::nanoseconds d)
    {
        if (samples_.size() < most) samples_.push_back(d);
    }

    [[nodiscard]] bool empty() const noexcept { return samples_.empty(); }

    /// The least duration that a share of all do not exceed.
    /// @param share 0 to 1. Requires: not empty.
    [[nodiscard]] std::chrono::nanoseconds quantile(double share);

private:
    std::vector<std::chrono::nanoseconds> samples_;
};

}   // namespace thump::cli
