// Beginning a stream of events on a connection, whatever is spoken there.
#pragma once

#include <net/encoder.hpp>
#include <net/subscriber.hpp>
#include <wire/stream_request.hpp>

#include <thump/error.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace thump::net {

class connection;

/// Takes a place among the subscribers for the connection.
/// @param of_gaps Whether gaps are CloudEvents.
/// @return the subscriber, which gets no events yet; `errc::invalid_parameter` where the request
/// asks for what this server does not do; `too_many_subscribers`; `stopped`.
result<std::unique_ptr<subscriber>>
make_subscriber(connection& c, wire::stream_request const& request, encoding form,
                wire::stream_format of_gaps = wire::stream_format::thump);

/// The record that a connection begins with, once it has subscribed to what was asked for.
/// @param start What `connection::subscribe` said.
[[nodiscard]] std::string welcome_json(connection& c, wire::stream_request const& request,
                                       std::uint64_t start);

}   // namespace thump::net
