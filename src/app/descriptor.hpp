// Standard streams, which other processes share and may have made non-blocking.
#pragma once

#include <string_view>
#include <system_error>

namespace thump::app {

/// Blocks until a descriptor that somebody made non-blocking can be read or written.
/// @param events `POLLIN` or `POLLOUT`.
void block_until_ready(int descriptor, short events) noexcept;

/// Writes all of `text`, and blocks while the reader is slow.
/// @return why it could not, with part of it written perhaps; clear where it could.
[[nodiscard]] std::error_code write_all(int descriptor, std::string_view text) noexcept;

}   // namespace thump::app
