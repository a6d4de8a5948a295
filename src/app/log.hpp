// The log of thumpd: one line an event of the process's life, on the standard error stream.
//
//   text = time SP level SP message
//   json = {"time":time,"level":level,"message":message}
//   time = RFC 3339 in UTC, to the millisecond
//
// A message is printable ASCII: any other byte of it is written as \xHH, so that nothing a peer
// sends can forge a line or steer a terminal.
#pragma once

#include <app/config.hpp>

#include <thump/server.hpp>

#include <string>
#include <string_view>

namespace thump::app {

/// Starts the log with these options; before, and again later, to change them.
void start_log(log_options const& options);

/// Writes a line.
/// Thread safety: may be called from any thread. Does not throw.
void write_log(log_level level, std::string_view message);

/// `text` with every byte that is not printable ASCII written as `\xHH`.
[[nodiscard]] std::string printable(std::string_view text);

}   // namespace thump::app
