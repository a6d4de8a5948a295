// How many durations there were of each size.
#pragma once

#include <core/count.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace thump::core {

/// Counts durations by size, from a microsecond to ten seconds.
/// Thread safety: one thread observes, any thread reads.
class duration_histogram {
public:
    /// Upper bounds of the buckets, inclusive, in seconds.
    static constexpr std::array bounds{1e-6, 2.5e-6, 5e-6,   1e-5, 2.5e-5, 5e-5,   1e-4, 2.5e-4,
                                       5e-4, 1e-3,   2.5e-3, 5e-3, 1e-2,   2.5e-2, 5e-2, 0.1,
                                       0.25, 0.5,    1.0,    2.5,  5.0,    10.0};

    /// Counts at one instant.
    struct snapshot {
        std::array<std::uint64_t, bounds.size() + 1> counts{};   ///< the last: above all bounds
        double sum_seconds = 0;

        snapshot& operator+=(snapshot const& other) noexcept;
    };

    /// Counts `times` durations of `d`; one below zero (a clock was set back) counts as zero.
    void observe(std::chrono::nanoseconds d, std::uint64_t times = 1) noexcept;

    [[nodiscard]] snapshot read() const noexcept;

private:
    std::array<count, bounds.size() + 1> counts_;
    count sum_nanoseconds_;
    std::size_t last_ = 0;   // the bucket counted in last
};

}   // namespace thump::core
