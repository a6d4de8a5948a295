// What a WebSocket speaks besides events: the server's records here, the client's messages in
// client_message.hpp.
#pragma once

#include <thump/error.hpp>
#include <thump/gap.hpp>

#include <wire/client_message.hpp>
#include <wire/stream_request.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace thump::wire {

/// The first record of a connection.
struct welcome {
    std::string_view epoch;
    std::uint64_t seq = 0;          ///< sequence number of the newest event; 0: none yet
    std::uint64_t oldest = 0;       ///< that of the oldest event in history; 0: none
    std::uint64_t start = 0;        ///< what is subscribed to begins behind this sequence number
    std::uint64_t subscriber = 0;   ///< identifies the subscriber; 0: nothing is subscribed to
    stream_request const& subscription;
};

/// The subscription that a `subscribe` led to.
struct subscribed {
    std::uint64_t seq = 0;          ///< sequence number of the newest event
    std::uint64_t start = 0;        ///< as in `welcome`
    std::uint64_t subscriber = 0;   ///< likewise
    stream_request const& subscription;
};

void append_welcome(std::string& out, welcome const& w);
void append_subscribed(std::string& out, message_ref const& ref, subscribed const& s);
/// @param duplicate Whether `seq` is that of an earlier event of the same id.
void append_published(std::string& out, message_ref const& ref, std::string_view id,
                      std::uint64_t seq, bool duplicate = false);
void append_gap(std::string& out, gap const& g);
void append_pong(std::string& out, message_ref const& ref);

/// Appends `{"op":"error",…}`. An error of the table without an HTTP status has no `status`.
void append_error(std::string& out, message_ref const& ref, error const& e);

}   // namespace thump::wire
