// The catalog: the event types that thump knows, and the metadata documented for each.
#pragma once

#include <thump/detail/api.hpp>

#include <span>
#include <string_view>

namespace thump {

/// A metadata key that events of a type are documented to carry.
struct metadata_key {
    std::string_view name;          ///< as it stands in `event::metadata`
    std::string_view description;   ///< one phrase
};

/// A known event type.
struct type_info {
    std::string_view type;                ///< as it stands in `event::type`
    std::string_view published_when;      ///< one phrase
    std::span<metadata_key const> keys;   ///< documented metadata, in the reference's order
    std::string_view subscribers;         ///< who usually listens
};

/// The thirteen known types, in the order of the reference.
[[nodiscard]] THUMP_API std::span<type_info const> catalog() noexcept;

/// The catalog's entry for `type`, or null where the catalog has none.
[[nodiscard]] THUMP_API type_info const* find_type(std::string_view type) noexcept;

}   // namespace thump
