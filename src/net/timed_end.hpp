// Streams that end at a moment.
#pragma once

#include <core/history.hpp>

#include <thump/time_point.hpp>

#include <cstdint>
#include <optional>

namespace thump::net {

/// Once its moment has passed, a stream ends with the last event that was published by then.
/// @param moment Empty: none, or it has passed.
/// @param last The last event of the stream; changed when the moment has passed.
inline void look_at_clock(std::optional<time_point>& moment, std::uint64_t& last,
                          core::history const& h)
{
    if (!moment || time_point::now() <= *moment) return;
    last = core::last_by(h, *moment);
    moment.reset();
}

}   // namespace thump::net
