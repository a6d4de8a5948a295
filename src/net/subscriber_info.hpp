// A subscriber as operators see it.
#pragma once

#include <thump/ledger.hpp>
#include <thump/subscription_options.hpp>
#include <thump/time_point.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::net {

/// A subscriber of any transport.
struct subscriber_info {
    std::uint64_t id = 0;
    std::string_view transport = {};   ///< `websocket`, `sse` or `process`
    std::string remote = {};           ///< address and port; empty inside the process
    std::string name = {};
    std::string filter = {};
    thump::overflow overflow = thump::overflow::drop_newest;
    std::size_t queue = 0;
    time_point connected_at = {};
    thump::ledger ledger = {};
    std::uint64_t gaps = 0;
    bool slow = false;   ///< its queue has overflowed, and it has yet to read what was queued then

    /// Events that it has yet to receive.
    [[nodiscard]] std::uint64_t lag() const noexcept { return ledger.queued; }
};

}   // namespace thump::net
