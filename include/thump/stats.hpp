// Figures of a broker at one instant.
#pragma once

#include <thump/ledger.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace thump {

/// Totals since the broker was made.
struct stats {
    /// Random token of this broker's life; the first half of a cursor.
    std::string epoch = {};

    std::uint64_t last_seq = 0;     ///< sequence number of the newest event; 0: none yet
    std::uint64_t published = 0;    ///< events accepted and sequenced
    std::uint64_t refused = 0;      ///< refused: the intake was full, or the broker has stopped
    std::uint64_t duplicates = 0;   ///< not published: their id was, within `dedup_window`

    std::uint64_t oldest_seq = 0;     ///< sequence number of the oldest event in history; 0: none
    std::size_t history_events = 0;   ///< events in history
    std::size_t history_bytes = 0;    ///< size of their strings, in bytes

    std::size_t intake_capacity = 0;   ///< bound of the intake, in events
    std::size_t intake_size = 0;       ///< events in the intake that have no number yet

    std::size_t subscribers = 0;   ///< subscriptions now, of every transport
    std::uint64_t gaps = 0;        ///< gap records told to subscribers
    thump::ledger ledger = {};     ///< all subscriptions added up, ended ones included

    // Why events were dropped; the three add up to `ledger.dropped`.
    std::uint64_t queue_full = 0;           ///< the queue had no room
    std::uint64_t history_overrun = 0;      ///< history let go of them before they were read
    std::uint64_t subscription_ended = 0;   ///< they were queued when the subscription ended

    friend bool operator==(stats const&, stats const&) = default;
};

}   // namespace thump
