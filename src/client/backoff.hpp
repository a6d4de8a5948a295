// How long to wait before another attempt.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace thump::client_side {

/// Waits that double from attempt to attempt up to a bound, each random between a half of its
/// longest and its longest: many clients of a server that came back do not all come at once.
class backoff {
public:
    using duration = std::chrono::milliseconds;

    /// @param first The longest first wait, above 0.
    /// @param most The longest of all waits, at least `first`.
    /// @param seed Of the randomness.
    backoff(duration first, duration most, std::uint32_t seed) noexcept
        : first_{first}, most_{most}, longest_{first}, random_{seed}
    {
        random_.discard(2);   // the first numbers of neighbouring seeds are neighbours too
    }

    /// The wait before the next attempt.
    [[nodiscard]] duration next();

    /// An attempt succeeded: the next wait is a first one again.
    void reset() noexcept { longest_ = first_; }

private:
    duration first_;
    duration most_;
    duration longest_;
    std::minstd_rand random_;
};

}   // namespace thump::client_side
