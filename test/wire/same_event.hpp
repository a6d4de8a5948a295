// Comparing events, all but `seq`.
#pragma once

#include <thump/event.hpp>

#include <tuple>

namespace thump::test {

inline bool same_event(event const& a, event const& b)
{
    auto const parts = [](event const& e) {
        return std::tie(e.type, e.id, e.timestamp, e.message, e.metadata, e.source, e.data);
    };
    return parts(a) == parts(b);
}

}   // namespace thump::test
