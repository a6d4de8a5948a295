// Events as the broker would have made them.
#pragma once

#include <thump/event_ptr.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace thump::test {

/// An accepted event: `e` with its place in the order, measured.
inline event_ptr make_event(std::uint64_t seq, event e = {.type = "task.failed"})
{
    boost::intrusive_ptr<published_event> made{new published_event{std::move(e)}};
    made->seq = seq;
    made->measure();
    return made;
}

/// An accepted event that costs exactly `size` bytes, at least 1.
inline event_ptr make_sized_event(std::uint64_t seq, std::size_t size)
{
    return make_event(seq, {.type = "t", .message = std::string(size - 1, '.')});
}

}   // namespace thump::test
