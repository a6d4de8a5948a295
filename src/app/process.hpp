// What the process asks of the operating system before it serves.
#pragma once

#include <cstdint>

namespace thump::app {

/// Raises the soft limit on open descriptors to the hard one.
/// @return the limit that holds afterwards.
std::uint64_t raise_descriptor_limit() noexcept;

/// Opens whichever of the standard streams is closed, or the next file that is opened would take
/// its place. Using it remains an error.
void open_standard_streams() noexcept;

/// Lets a write to a closed pipe or socket fail instead of ending the process.
void ignore_broken_pipes() noexcept;

}   // namespace thump::app
