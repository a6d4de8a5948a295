// Options of a broker.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace thump {

/// Bounds on one event.
struct event_limits {
    std::size_t max_event_bytes = std::size_t{64} << 10;   ///< JSON text of one event, 256 to 1 MiB
    std::size_t max_json_depth = 32;                       ///< nesting of `data`, 1 to 256
};

/// Bounds on history: what the broker keeps in memory for those who join late or fall behind.
struct history_options {
    std::size_t max_events = 4096;   ///< 0: no history, to 10,000,000
    /// The strings of all events together; the newest is kept even where it alone is larger.
    std::size_t max_bytes = std::size_t{64} << 20;
    std::chrono::seconds max_age = std::chrono::hours{1};   ///< since it was published; above 0
};

/// Options of a broker. The defaults are the reference's.
struct broker_options {
    /// Bound of the intake: events accepted from any thread that have no sequence number yet.
    /// 1 to 1,000,000.
    std::size_t intake_capacity = 100;
    /// Bound on the number of subscriptions, of every transport.
    std::size_t max_subscribers = 100'000;
    /// `source` of events that name none; empty: they keep none.
    std::string default_source = {};
    /// Whether only types of the catalog may be published.
    bool strict_catalog = false;
    /// Bounds on one event.
    event_limits limits = {};
    /// Bounds on history.
    history_options history = {};
    /// Whether the executor runs one handler at a time already: that of a context which one thread
    /// runs (Asio's implicit strand), or a strand. Then the broker makes none of its own, and what
    /// arrives on a socket costs less by one hop. Saying so of an executor that several threads
    /// run is a data race.
    bool implicit_strand = false;
    /// How long an id is remembered: an event whose id was published from the same source within
    /// this time is not published again. 0: ids are not compared. At most `max_remembered_ids` are
    /// remembered.
    std::chrono::seconds dedup_window{0};
    /// 1 to 10,000,000.
    std::size_t max_remembered_ids = 100'000;
};

}   // namespace thump
