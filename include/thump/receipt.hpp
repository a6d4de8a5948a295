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
    /// Whether an event with this id was published within `dedup_window`, and this one was not;
    /// `seq` is the earlier one's.
    bool duplicate = false;
};

/// What became of a batch that was handed to the intake.
struct batch_admission {
    std::size_t accepted = 0;            ///< how many were accepted, from the first on
    boost::system::error_code ec = {};   ///< why the others were not; nothing wrong: all were
    std::size_t index = 0;               ///< the event that `ec` is about, counted from 0
};

}   // namespace thump
