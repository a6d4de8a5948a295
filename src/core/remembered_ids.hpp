// Ids that were published lately, to recognise what is published again.
#pragma once

#include <core/text_hash.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace thump::core {

/// Remembers ids for a while, a bounded number of them: beyond it the oldest are forgotten first.
class remembered_ids {
public:
    /// Of a clock that nobody sets.
    using time_point = std::chrono::steady_clock::time_point;

    /// @param window How long an id is remembered.
    /// @param capacity How many ids are remembered, at least 1.
    remembered_ids(std::chrono::seconds window, std::size_t capacity)
        : window_{window}, capacity_{capacity}
    {
    }

    /// The event that `id` was published as; 0: it is not remembered.
    [[nodiscard]] std::uint64_t find(std::string_view id, time_point now);

    /// Remembers that `id` was published as event `seq`. Requires: `find` was just called, and does
    /// not know it; from then on it is remembered.
    void add(std::string_view id, std::uint64_t seq);

    [[nodiscard]] std::size_t size() const noexcept { return by_age_.size(); }

private:
    struct aging {
        std::string_view id;   // of the entry in the table, which does not move
        time_point published;
    };

    void forget_oldest();

    std::chrono::seconds const window_;
    std::size_t const capacity_;
    by_text<std::uint64_t> seqs_;
    std::deque<aging> by_age_;
    time_point now_{};   // of the latest `find`
};

}   // namespace thump::core
