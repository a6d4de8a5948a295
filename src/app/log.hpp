// The log of thumpd: one line an event of the process's life, on the standard error stream.
//
//   text = time SP level SP message
//   json = {"time":time,"level":level,"message":message}
//   time = RFC 3339 in UTC, to the millisecond
//
// A thread of its own writes. While nobody reads the stream lines wait, and then the oldest are
// lost, which is told once it is read again.
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

/// Writes a line, soon. Waits for nobody.
/// Thread safety: may be called from any thread. Does not throw.
void write_log(log_level level, std::string_view message);

/// Waits for a second at most until every line is written.
void finish_log();

/// `text` with every byte that is not printable ASCII written as `\xHH`.
[[nodiscard]] std::string printable(std::string_view text);

}   // namespace thump::app
