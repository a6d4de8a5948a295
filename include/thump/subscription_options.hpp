// What a subscriber may ask for.
#pragma once

#include <thump/detail/api.hpp>
#include <thump/filter.hpp>
#include <thump/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thump {

/// What happens to an event for which a subscriber's bounded queue has no room.
enum class overflow : std::uint8_t {
    drop_newest,   ///< the new event is lost (the default, and the reference's behaviour)
    drop_oldest,   ///< the oldest queued event is lost
    latest,        ///< the queue keeps only the newest event of each key, full or not
    catch_up,      ///< nothing is lost while history has it: the subscriber reads on from there
    disconnect,    ///< the subscription ends
};

/// The policy as it is written on the wire, as in `drop_oldest`.
[[nodiscard]] THUMP_API std::string_view to_string(overflow policy) noexcept;

/// The policy of that name, if there is one.
[[nodiscard]] THUMP_API std::optional<overflow> parse_overflow(std::string_view name) noexcept;

/// Options of one subscription, the same for every transport and for subscribers inside the
/// process.
struct subscription_options {
    /// Type patterns, any of which must match (see `type_pattern`); none: every type.
    std::vector<std::string> types = {};
    /// Conditions on metadata, all of which must hold.
    std::vector<metadata_condition> where = {};
    /// Bound of the queue in events, 1 to 1,000,000.
    std::size_t queue = 50;
    /// Bound of the queue in bytes, at least 1. An event that alone is larger is queued when the
    /// queue is empty.
    std::size_t queue_bytes = std::size_t{1} << 20;
    thump::overflow overflow = thump::overflow::drop_newest;   ///< what a full queue does
    /// For `latest`: the metadata key whose value tells events apart, or `type`. An event without
    /// that key stands for itself alone and is never conflated.
    std::string key = "type";
    /// Where to begin; none: with what is published from now on. What history has is received
    /// first, then what is published, without a hole or a repetition. Where history no longer
    /// reaches so far back, the stream begins with a gap (`gap_reason::cursor_expired`).
    std::optional<position> since = {};
    /// Where to end; none: never.
    std::optional<position> until = {};
    /// A name for operators, up to 255 bytes of UTF-8 without control characters; shown among the
    /// subscribers.
    std::string name = {};
};

}   // namespace thump
