// A subscription that is served over a connection.
#pragma once

#include <core/filter_index.hpp>
#include <net/outbox.hpp>
#include <wire/stream_request.hpp>

#include <thump/time_point.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace thump::net {

class connection;
class fan_group;

/// Belongs to a connection; known to the shard, which gives it events.
struct subscriber {
    subscriber(connection& to, std::uint64_t number, wire::stream_request wanted, encoding form,
               std::string_view epoch)
        : owner{to}
        , id{number}
        , request{std::move(wanted)}
        , limits{core::backlog_options::from(request.subscription)}
        , connected_at{time_point::now()}
        , events{limits, form, epoch}
    {
    }

    connection& owner;
    std::uint64_t const id;
    wire::stream_request const request;
    core::backlog_options const limits;
    time_point const connected_at;
    event_queue events;

    // The shard's.
    core::filter_id filter = 0;
    fan_group* group = nullptr;   // null: gets no more events
    std::size_t place = 0;        // among the group's members
};

}   // namespace thump::net
