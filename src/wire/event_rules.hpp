// What makes an event a good one, whoever made it.
#pragma once

#include <thump/broker_options.hpp>
#include <thump/error.hpp>
#include <thump/event.hpp>

#include <cstddef>
#include <string_view>

namespace thump::wire {

inline constexpr std::size_t max_id_bytes = 255;
inline constexpr std::size_t max_metadata_entries = 64;
inline constexpr std::size_t max_metadata_key_bytes = 255;

/// What a broker asks of events beyond what makes any event a good one.
struct event_rules : event_limits {
    bool known_types_only = false;   ///< whether the catalog must know their types

    constexpr event_rules(event_limits const& l = {}, bool known_only = false) noexcept
        : event_limits{l}, known_types_only{known_only}
    {
    }
};

/// Begins the type of every control record of the broker's.
inline constexpr std::string_view control_prefix = "thump.";

/// `errc::invalid_type` where `type` breaks its grammar (see `is_valid_type`), or is that of a
/// control record, which nobody else may send: `thump.gap` and its like. `errc::unknown_type` where
/// the catalog must know it, and does not.
[[nodiscard]] result<void> check_type(std::string_view type, event_rules const& rules);

/// `errc::invalid_id` over `max_id_bytes` and for C0 control characters and DEL. An empty id asks
/// the broker to make one.
[[nodiscard]] result<void> check_id(std::string_view id);

/// `errc::invalid_source` for what is no URI-reference (RFC 3986, section 4.1). An empty source is
/// none.
[[nodiscard]] result<void> check_source(std::string_view source);

/// `errc::invalid_metadata` where `key` is empty or over `max_metadata_key_bytes`, or one more than
/// `entries` entries are too many.
[[nodiscard]] result<void> check_metadata_key(std::string_view key, std::size_t entries);

/// `errc::event_too_large` where the event's JSON text without `seq` and empty fields, in its
/// shortest form, takes more than `max_bytes`.
[[nodiscard]] result<void> check_size(event const& e, std::size_t max_bytes);

/// Checks an event that was not parsed: every rule of `event`, UTF-8 in its strings, `data` being
/// JSON within the limit on depth, and the size of its JSON text without `seq` and empty fields.
///
/// Nothing is allocated for a good event.
///
/// @return nothing, or what is wrong, with a JSON pointer to the field: `errc::invalid_type`,
/// `unknown_type`, `invalid_id`, `invalid_timestamp`, `invalid_metadata`, `invalid_source`,
/// `invalid_utf8`, `invalid_data`, `json_too_deep`, `event_too_large`.
[[nodiscard]] result<void> validate(event const& e, event_rules const& rules);

}   // namespace thump::wire
