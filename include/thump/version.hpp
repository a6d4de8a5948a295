// The version of the library.
#pragma once

#include <string_view>

namespace thump {

/// Version of this library, by semantic versioning.
inline constexpr std::string_view version = "0.1.0";

}   // namespace thump
