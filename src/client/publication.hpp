// Events as a publisher writes them.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <span>
#include <string>

namespace thump::client_side {

/// One event as a JSON object: the fields that are not empty, without `seq`.
/// @return the text, or what breaks a rule of `event`, with a JSON pointer to the field.
[[nodiscard]] result<std::string> to_publication(event const& e);

/// Events as a JSON array.
/// @return as `to_publication`; `error::index` tells the event at fault.
[[nodiscard]] result<std::string> to_publication(std::span<event const> events);

}   // namespace thump::client_side
