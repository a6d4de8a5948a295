// UUIDs that sort by time.
//
//   unix_ts_ms(48) | ver=7(4) | counter(12) | var=2(2) | random(62)         (RFC 9562, 5.7 and 6.2)
#pragma once

#include <thump/time_point.hpp>

#include <cstdint>
#include <random>
#include <string>

namespace thump::core {

/// Makes UUIDv7 texts, each greater than the one before, also within a millisecond and when the
/// clock steps back.
class uuid7_generator {
public:
    /// @param seed Seeds the random part; unpredictable in production.
    explicit uuid7_generator(std::uint64_t seed) : random_{seed} {}

    /// Appends the 36 characters of a new UUID.
    void append(std::string& out, time_point now);

private:
    std::mt19937_64 random_;
    std::uint64_t last_ms_ = 0;
    std::uint32_t counter_ = 0;
};

}   // namespace thump::core
