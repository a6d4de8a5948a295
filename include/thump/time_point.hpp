// A point in time, to the nanosecond, over every year that RFC 3339 can write.
#pragma once

#include <thump/detail/api.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

    /// The same instant for `std::chrono`, or the nearest that it has.
    [[nodiscard]] std::chrono::sys_time<std::chrono::nanoseconds> to_sys_time() const noexcept
    {
        using nanos = std::chrono::sys_time<std::chrono::nanoseconds>;
        std::chrono::sys_seconds const whole{std::chrono::seconds{seconds}};
        if (whole >= std::chrono::floor<std::chrono::seconds>(nanos::max())) return nanos::max();
        if (whole <= std::chrono::floor<std::chrono::seconds>(nanos::min())) return nanos::min();
        return whole + std::chrono::nanoseconds{nanoseconds};
    }

    /// The present, by the system's real-time clock.
    static time_point now() noexcept { return from(std::chrono::system_clock::now()); }
};

/// An instant as RFC 3339 writes it, in UTC: `2026-11-28T17:00:00.25Z`. Requires: its year is one
/// of 0000 to 9999.
[[nodiscard]] THUMP_API std::string to_string(time_point t);

/// Reads an RFC 3339 date-time with any offset; digits of the fraction past the ninth are cut off.
/// A leap second (23:59:60 in UTC) is read as the second that follows it.
/// @return the instant, or nothing where `text` is no such date-time, or its year in UTC is not
/// one of 0000 to 9999.
[[nodiscard]] THUMP_API std::optional<time_point> parse_time_point(std::string_view text) noexcept;

}   // namespace thump
