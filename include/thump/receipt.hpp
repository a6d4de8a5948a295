// What a publisher is told.
#pragma once

#include <cstdint>
#include <string>

namespace thump {

/// What became of a published event.
struct receipt {
    std::string id;          ///< the event's id, the publisher's or a generated one
    std::uint64_t seq = 0;   ///< its place in the order
    /// Whether it was not published, since an event with its id was lately; `seq` is that one's.
    bool duplicate = false;
};

}   // namespace thump
