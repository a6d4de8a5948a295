// The targets of a client's requests: paths and queries.
#pragma once

#include <thump/client_options.hpp>

#include <string>
#include <string_view>

namespace thump::client_side {

/// The target of `GET /v1/events` that reads from history.
[[nodiscard]] std::string history_target(std::string_view prefix, history_query const& query);

/// The target of a WebSocket. Only what the options say is asked for.
/// @param since Where to begin, whatever the options say; none: with what is published next.
[[nodiscard]] std::string stream_target(std::string_view prefix, stream_options const& options,
                                        std::optional<position> const& since);

}   // namespace thump::client_side
