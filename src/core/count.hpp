// Figures that one thread writes and any thread may read.
#pragma once

#include <atomic>
#include <cstdint>

namespace thump::core {

/// A number that only goes up. Adding costs a plain addition.
/// Thread safety: one thread adds, any thread reads.
class count {
public:
    void add(std::uint64_t n = 1) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t value() const noexcept
    {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

}   // namespace thump::core
