// What a WebSocket server sends, as its client reads it.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>
#include <thump/gap.hpp>

#include <wire/client_message.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace thump::wire {

class json_reader;

/// The first record of a connection.
struct welcome_record {
    std::string epoch;
    std::uint64_t seq = 0;          ///< sequence number of the newest event; 0: none yet
    std::uint64_t oldest = 0;       ///< that of the oldest event in history; 0: none
    std::uint64_t subscriber = 0;   ///< identifies the subscriber; 0: the connection has none
};

/// The subscription that a `subscribe` led to.
struct subscribed_record {
    message_ref ref;
    std::uint64_t seq = 0;          ///< sequence number of the newest event
    std::uint64_t subscriber = 0;   ///< identifies the subscriber
};

/// The place that a published event was given.
struct published_record {
    message_ref ref;
    std::string id;
    std::uint64_t seq = 0;
};

/// What was wrong with a message, or is about to end the connection.
struct error_record {
    message_ref ref;
    error what;   ///< its code is empty where this version does not know the error's name
};

struct pong_record {
    message_ref ref;
};

/// A control record that this version does not know.
struct other_record {
    std::string op;
};

using server_record = std::variant<event, gap, welcome_record, subscribed_record, published_record,
                                   error_record, pong_record, other_record>;

/// Reads a server's record: an event, or an object with `op`.
///
/// Members may come in any order, each once. Those that this version does not know are passed over,
/// so that a newer server is understood.
///
/// @return the record, or what is wrong with it, with a JSON pointer into it:
/// `errc::missing_field`, `wrong_json_type`, `duplicate_key`, `invalid_timestamp`,
/// `invalid_parameter` (a gap's reason that does not exist), `invalid_json`, `invalid_utf8`,
/// `json_too_deep`.
[[nodiscard]] result<server_record> parse_server_record(std::string_view text);

/// Reads a published event, the value that comes next in a longer text.
/// @return as `parse_server_record`.
[[nodiscard]] result<event> read_published_event(json_reader& in);

/// The error of that name in the error table, as in `intake_full`.
[[nodiscard]] std::optional<errc> parse_errc(std::string_view name) noexcept;

}   // namespace thump::wire
