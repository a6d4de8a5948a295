// What is measured inside one process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inproc {

/// Publishing alone: into an intake that has room, in bursts of a thousand; what empties it between
/// two bursts does not count. In batches of 1, events are published one by one.
struct publish_figures {
    double ns_per_event = 0;
    double allocations_per_event = 0;
};
[[nodiscard]] publish_figures measure_publish(std::size_t events, std::size_t batch);

/// A publisher on a thread of its own, and subscribers that take what comes on another.
struct flow_figures {
    double events_per_second = 0;
    double ns_per_delivery = 0;          ///< CPU time of the thread that distributes and receives
    double publisher_ns_per_event = 0;   ///< CPU time of the other, refusals and all
    double allocations_per_event = 0;
    std::uint64_t refused = 0;   ///< attempts that found the intake full, and were repeated
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
};
[[nodiscard]] flow_figures measure_flow(std::size_t subscribers, std::size_t events,
                                        std::size_t batch);

/// Bytes of an idle subscriber.
[[nodiscard]] double measure_memory(std::size_t subscribers);

}   // namespace inproc
