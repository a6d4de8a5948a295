// `GET /metrics`: figures of a broker, its server and their process, for monitoring systems.
#pragma once

#include <net/http_response.hpp>

#include <cstddef>
#include <string_view>

namespace thump::detail {
class broker_impl;
}

namespace thump::net {

class refusals;
class shard;

/// The metrics in the form that is asked for. Their number does not depend on what is published or
/// on who subscribes. Requires: the broker's strand.
/// @param accept The request's Accept: OpenMetrics is written where it is preferred, otherwise
/// Prometheus' own form, whatever is accepted: monitoring must not fail for want of an Accept.
[[nodiscard]] http_response make_metrics(std::string_view accept, detail::broker_impl const& broker,
                                         shard const& home, refusals const& refused,
                                         std::size_t max_connections);

}   // namespace thump::net
