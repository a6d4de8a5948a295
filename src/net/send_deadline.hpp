// By when a peer must have taken what waits for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace thump::net {

/// Watches a queue of bytes that a peer has to take.
///
/// What waits at some moment is given a time, with more of it where there is more; only when all of
/// that was taken is what waits then given a time anew. So neither a byte taken now and then nor
/// new replies push it on.
class send_deadline {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// A peer slower than this is not waited for.
    static constexpr std::size_t slowest_bytes_per_second = std::size_t{16} << 10;

    /// To be asked now and then.
    /// @param taken Bytes that were taken since the beginning.
    /// @param waiting Bytes that wait.
    /// @param ahead Bytes at most that were taken on the peer's behalf, and lie before it.
    /// @param patience The time allowed, to which the time for the bytes is added.
    /// @return whether the time is over.
    bool missed(std::uint64_t taken, std::size_t waiting, std::size_t ahead, time_point now,
                std::chrono::milliseconds patience) noexcept
    {
        if (waiting == 0) return false;
        if (taken < goal_) return now >= by_;
        goal_ = taken + waiting;
        by_ = now + patience + std::chrono::seconds{(ahead + waiting) / slowest_bytes_per_second};
        return false;
    }

    /// Begins anew: what waits was not watched for a while.
    void reset() noexcept { goal_ = 0; }

private:
    std::uint64_t goal_ = 0;   // of bytes taken
    time_point by_{};
};

}   // namespace thump::net
