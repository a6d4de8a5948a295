// A point in time, to the nanosecond, over every year that RFC 3339 can write.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace thump {

/// An instant in UTC: seconds since 1970-01-01T00:00:00Z and the nanoseconds within that second.
///
/// `std::chrono::sys_time<nanoseconds>` ends in 1677 and 2262; RFC 3339 spans the years 0000 to
/// 9999 (a zero `time.Time` in Go is written as year 0001), so the two parts are kept apart.
struct time_point {
    std::int64_t seconds = 0;        ///< seconds since the Unix epoch, negative before it
    std::uint32_t nanoseconds = 0;   ///< 0 to 999,999,999

    friend auto operator<=>(time_point const&, time_point const&) = default;

    /// The same instant as `t`.
    static time_point from(std::chrono::sys_time<std::chrono::nanoseconds> t) noexcept
    {
        auto const whole = std::chrono::floor<std::chrono::seconds>(t);
        return {whole.time_since_epoch().count(), static_cast<std::uint32_t>((t - whole).count())};
    }

    /// The present, by the system's real-time clock.
    static time_point now() noexcept { return from(std::chrono::system_clock::now()); }
};

}   // namespace thump
