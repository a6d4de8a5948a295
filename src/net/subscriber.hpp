// A subscription that is served over a connection.
#pragma once

#include <core/filter_index.hpp>
#include <net/broker_impl.hpp>
#include <net/outbox.hpp>
#include <net/protocol.hpp>
#include <net/stream_plan.hpp>

#include <thump/time_point.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace thump::net {

class connection;
class fan_group;
struct subscriber;

/// Subscribers of a bounded rate that wait for the time of their next event.
using sleepers = std::multimap<steady_time, subscriber*>;

/// What few streams have: an end, or a bound on their rate.
struct stream_bounds {
    std::uint64_t last = UINT64_MAX;         ///< the last event to send
    std::optional<time_point> moment = {};   ///< when the stream ends, while that is yet to come
    std::chrono::steady_clock::duration interval{};   ///< between two events; 0: no bound
    steady_time next_send{};                         ///< with `interval`: when one more may be sent
    std::optional<sleepers::iterator> asleep = {};   ///< waits for that
};

/// Belongs to a connection; known to the shard, which gives it events.
struct subscriber {
    subscriber(connection& to, std::uint64_t number, stream_plan_ptr what, encoding form,
               wire::stream_format of_gaps, detail::broker_impl const& broker)
        : owner{to}
        , id{number}
        , plan{std::move(what)}
        , connected_at{time_point::now()}
        , events{plan->limits, form, broker.epoch(), &broker.oldest_seq_cell(), of_gaps}
    {
    }

    connection& owner;
    std::uint64_t const id;
    stream_plan_ptr const plan;
    time_point const connected_at;
    event_queue events;
    std::unique_ptr<stream_bounds> bounds;   // null: none
    bool over = false;                       // ends when everything queued was sent
    bool hurried = false;                    // what is queued is sent as fast as it can be

    // The shard's.
    bool listed_behind = false;
    bool reading_on = false;   // it will be flushed at a later time, to look further in history
    core::filter_id filter = 0;
    fan_group* group = nullptr;   // null: gets no more events
    std::size_t place = 0;        // among the group's members
};

/// As operators call it.
[[nodiscard]] inline std::string_view transport_of(subscriber const& s) noexcept
{
    return is_websocket(s.events.form) ? "websocket" : "sse";
}

}   // namespace thump::net
