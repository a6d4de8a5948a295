// What a client learns from a server.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>
#include <thump/ledger.hpp>
#include <thump/position.hpp>
#include <thump/receipt.hpp>
#include <thump/stats.hpp>
#include <thump/subscription_options.hpp>
#include <thump/time_point.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace thump {

/// What became of a published batch.
struct batch_receipt {
    std::string epoch;          ///< the first half of the events' cursors
    std::size_t accepted = 0;   ///< events published
    std::size_t refused = 0;    ///< events refused; they may be sent again
    /// For each event, in the batch's order: its receipt, or why it was refused.
    std::vector<result<receipt>> events;
};

/// An event as a server sent it.
struct received_event {
    thump::event event;   ///< what it holds
    std::string json;     ///< the server's text, in one line
};

/// Events from history, in order.
struct history_page {
    std::string epoch;                    ///< the first half of the events' cursors
    std::vector<received_event> events;   ///< as many as `history_query::limit` allows
    /// Sequence number of the first of these; of an empty page, that which `since` stands for.
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;   ///< likewise of the last of these
    /// How far history was looked through, whatever matched: the next page is since there.
    thump::cursor cursor;
    bool more = false;   ///< whether matching events follow the last of these
};

/// An event type of the server's catalog.
struct remote_type {
    std::string type;                                            ///< its name
    std::string published_when;                                  ///< one phrase
    std::string subscribers;                                     ///< who usually listens
    std::vector<std::pair<std::string, std::string>> metadata;   ///< keys and their descriptions
};

/// The server's catalog.
struct remote_catalog {
    bool strict = false;              ///< whether other types are refused
    std::vector<remote_type> types;   ///< in the server's order
    std::string json;                 ///< the server's text
};

/// The server's totals.
struct remote_stats {
    thump::stats totals;           ///< as in the server
    std::size_t connections = 0;   ///< open connections, of every kind
    std::string json;              ///< the server's text
};

/// One of the server's subscribers.
struct remote_subscriber {
    std::uint64_t id = 0;      ///< its number
    std::string transport;     ///< `websocket`, `sse` or `process`
    std::string remote;        ///< its address
    std::string name;          ///< the name that it gave itself
    std::string filter;        ///< as `filter::to_string`
    std::string overflow;      ///< its policy's name
    std::size_t queue = 0;     ///< bound of its queue, in events
    time_point connected_at;   ///< since when
    std::uint64_t lag = 0;     ///< events it has yet to receive
    std::uint64_t gaps = 0;    ///< gap records that it was sent
    bool slow = false;         ///< its queue overflowed; it has yet to read what was queued then
    thump::ledger ledger;      ///< its own
};

/// The server's subscribers, those that lag most first.
struct remote_subscribers {
    std::vector<remote_subscriber> subscribers;   ///< all of them
    std::string json;                             ///< the server's text
};

}   // namespace thump
