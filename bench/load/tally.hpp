// Which events are under way, who has received them, and how long that took.
#pragma once

#include "histogram.hpp"
#include "payload.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// How far one subscriber has come with the events of each publisher.
struct progress {
    std::vector<std::uint64_t> last;   ///< by publisher
    std::uint64_t received = 0;
    std::uint64_t missed = 0;   ///< of those before the last received
    bool warm = false;          ///< has received a warm-up event
    bool counts = true;         ///< false: reads nothing for now, or has gone
};

/// Events are numbered over all publishers, who take turns.
class tally {
public:
    static constexpr std::size_t most_under_way = std::size_t{1} << 16;

    tally(std::size_t publishers, std::size_t subscribers);

    /// From now on events and their times are counted.
    void begin(std::size_t subscribers_that_count);

    /// The number of the event that is published now, at the time it is due.
    event_number publish(std::uint64_t due);
    [[nodiscard]] std::size_t next_publisher() const noexcept { return published_ % publishers_; }

    void receive(progress& by, payload::finding const& event, std::string_view message,
                 std::uint64_t now);

    /// A subscriber has gone: nobody waits for it.
    void leave(progress& who);

    /// Takes what is under way for lost, so that a window can move on.
    void give_up();

    void count_corrupt() noexcept { ++corrupt_; }

    [[nodiscard]] std::uint64_t published() const noexcept { return published_; }
    /// Events that everyone has received, up to the first that somebody lacks.
    [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }
    [[nodiscard]] std::uint64_t under_way() const noexcept { return published_ - completed_; }
    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
    [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }
    [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }
    [[nodiscard]] std::uint64_t corrupt() const noexcept { return corrupt_; }
    [[nodiscard]] std::uint64_t last_delivery() const noexcept { return last_delivery_; }
    [[nodiscard]] std::size_t warm() const noexcept { return warm_; }
    /// From the time due to one subscriber, and to the last.
    [[nodiscard]] histogram const& latency() const noexcept { return latency_; }
    [[nodiscard]] histogram const& latency_of_last() const noexcept { return latency_of_last_; }

private:
    struct flight {
        std::uint64_t due = 0;
        std::size_t arrivals = 0;
        std::string message;   // as the first subscriber received it
    };

    flight& at(std::uint64_t index) noexcept { return flights_[index % most_under_way]; }
    [[nodiscard]] std::uint64_t index_of(event_number number) const noexcept;
    void compare(flight& f, std::string_view message);
    void arrive(std::uint64_t index, std::uint64_t now);
    void complete_front(std::uint64_t now);

    std::size_t const publishers_;
    std::size_t wanted_ = 0;   // arrivals that complete an event
    bool begun_ = false;
    std::vector<flight> flights_;
    std::uint64_t published_ = 0;
    std::uint64_t completed_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t missed_ = 0;
    std::uint64_t corrupt_ = 0;
    std::uint64_t last_delivery_ = 0;
    std::size_t warm_ = 0;
    histogram latency_;
    histogram latency_of_last_;
};

}   // namespace load
