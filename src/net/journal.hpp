// Where the server's log goes.
#pragma once

#include <thump/server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace thump::net {

/// Hands lines to the sink that the embedding program gave, one at a time.
/// Thread safety: any thread.
class journal {
public:
    explicit journal(log_sink sink);

    /// Writes a line. It tells of an event of operation, never of what was published, and whatever
    /// a peer chose stands in it as a JSON string.
    void write(log_level level, std::string_view line);

    /// Nothing is written any more once this returns.
    void close();

private:
    std::mutex mutex_;
    log_sink sink_;   // guarded by mutex_; none: nowhere
};

/// Bounds how often lines are written that peers can bring about at will.
class log_budget {
public:
    using steady_time = std::chrono::steady_clock::time_point;

    /// Lines in an interval, at most.
    static constexpr std::size_t lines = 10;
    static constexpr std::chrono::seconds interval{10};

    /// @return whether a line may be written now; otherwise it is counted as left out.
    [[nodiscard]] bool spend(steady_time now) noexcept;

    /// How many lines were left out in an interval that has passed; tells of each once.
    [[nodiscard]] std::uint64_t take_left_out(steady_time now) noexcept;

private:
    steady_time since_{};
    std::size_t spent_ = 0;
    std::uint64_t left_out_ = 0;
    std::uint64_t untold_ = 0;

    void begin_interval(steady_time now) noexcept;
};

}   // namespace thump::net
