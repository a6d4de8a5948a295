// The targets of a client's requests: paths and queries.
#pragma once

#include <thump/client_options.hpp>
#include <thump/error.hpp>
#include <thump/filter.hpp>
#include <thump/position.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thump::client_side {

/// Whether a query can say it: patterns and conditions that make a filter, and times that have a
/// text.
/// @return nothing, or `errc::invalid_parameter`.
[[nodiscard]] result<void> check_asked(std::vector<std::string> const& types,
                                       std::vector<metadata_condition> const& where,
                                       std::optional<position> const& since,
                                       std::optional<position> const& until);

/// The target of `GET /v1/events` that reads from history.
[[nodiscard]] std::string history_target(std::string_view prefix, history_query const& query);

/// The target of a WebSocket. Only what the options say is asked for.
/// @param since Where to begin, whatever the options say; none: with what is published next.
[[nodiscard]] std::string stream_target(std::string_view prefix, stream_options const& options,
                                        std::optional<position> const& since);

}   // namespace thump::client_side
