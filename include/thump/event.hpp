// The event: what publishers send and subscribers receive.
#pragma once

#include <thump/time_point.hpp>

#include <boost/container/flat_map.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace thump {

/// Key-value context of an event, sorted by key, each key once.
using metadata = boost::container::flat_map<std::string, std::string, std::less<>>;

/// One event.
///
/// A publisher fills in `type` and whatever else it knows; the broker sets the rest as it accepts
/// the event. Every string is UTF-8. `event` is a value: a copy is independent of its original.
struct event {
    /// What happened: 1 to 255 bytes, dot-separated tokens of `[A-Za-z0-9_-]+`, as in
    /// `task.failed`.
    std::string type = {};
    /// Identifies the event: up to 255 bytes without control characters. Empty: the broker makes a
    /// UUIDv7 (RFC 9562), which is unique and sorts by time.
    std::string id = {};
    /// When it happened. Empty: the moment of `publish`.
    std::optional<time_point> timestamp = {};
    /// For human readers; may be empty.
    std::string message = {};
    /// Key-value pairs for additional context; may be empty.
    thump::metadata metadata = {};
    /// URI-reference of the context in which it happened (CloudEvents 1.0, `source`). Empty: the
    /// broker's default source, if one is configured.
    std::string source = {};
    /// Any JSON value, as text; carried untouched. Empty: the event has no data.
    std::string data = {};
    /// Place in the broker's total order: 1, 2, 3 … without a hole. Given by the broker; what a
    /// publisher puts here is overwritten.
    std::uint64_t seq = 0;
};

}   // namespace thump
