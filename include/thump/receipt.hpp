// What a publisher is told.
#pragma once

#include <boost/system/error_code.hpp>

#include <cstddef>
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

/// What became of a batch that was handed to the intake.
struct batch_admission {
    std::size_t accepted = 0;            ///< events accepted: the first so many
    boost::system::error_code ec = {};   ///< why the others were not; nothing wrong: all were
    std::size_t index = 0;               ///< the event that `ec` is about, counted from 0
};

}   // namespace thump
