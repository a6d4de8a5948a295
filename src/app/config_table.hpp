// The table of every key that the configuration has.
#pragma once

#include <app/config_key.hpp>

#include <span>
#include <string_view>

namespace thump::app {

/// Every key, those of a section side by side.
[[nodiscard]] std::span<config_key const> config_keys() noexcept;

/// The key of that name, or null where there is none.
[[nodiscard]] config_key const* find_key(std::string_view section, std::string_view name) noexcept;

/// Whether any key stands in that section.
[[nodiscard]] bool has_section(std::string_view section) noexcept;

}   // namespace thump::app
