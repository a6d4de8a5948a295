// How far subscribers are behind, all of them at a glance.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace thump::net {

/// Subscribers by lag, and how many of them are slow.
struct subscriber_survey {
    /// Upper bounds of the buckets, inclusive, in events.
    static constexpr std::array bounds{0.0,   1.0,   5.0,    10.0,   25.0,    50.0,    100.0,
                                       250.0, 500.0, 1000.0, 2500.0, 10000.0, 100000.0};

    std::array<std::uint64_t, bounds.size() + 1> counts{};   ///< the last: above all bounds
    std::uint64_t lag = 0;                                   ///< of all together
    std::uint64_t slow = 0;                                  ///< whose queues have overflowed

    void add(std::uint64_t lag_of_one, bool is_slow) noexcept
    {
        auto const bucket =
            std::ranges::lower_bound(bounds, static_cast<double>(lag_of_one)) - bounds.begin();
        ++counts[static_cast<std::size_t>(bucket)];
        lag += lag_of_one;
        slow += is_slow ? 1 : 0;
    }
};

}   // namespace thump::net
