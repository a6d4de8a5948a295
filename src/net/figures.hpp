// Figures and listings of the HTTP interface, as JSON.
#pragma once

#include <net/subscriber_info.hpp>

#include <thump/broker.hpp>
#include <thump/stats.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thump::detail {
class broker_impl;
}

namespace thump::net {

class shard;

/// `GET /v1/types`.
void append_catalog(std::string& out, bool strict);

/// `GET /v1/stats`.
void append_stats(std::string& out, stats const& s, std::size_t connections);

/// Everyone who subscribes now. Requires: the broker's strand.
[[nodiscard]] std::vector<subscriber_info> list_subscribers(shard& s, detail::broker_impl const& b);

enum class subscriber_order : std::uint8_t { id, lag, dropped, connected_at };

[[nodiscard]] std::optional<subscriber_order>
parse_subscriber_order(std::string_view name) noexcept;

/// `GET /v1/subscribers`: by id or age ascending, by lag or drops descending.
void append_subscribers(std::string& out, std::vector<subscriber_info> all, subscriber_order order);

}   // namespace thump::net
