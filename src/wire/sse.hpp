// Server-sent events (WHATWG HTML, section 9.2).
#pragma once

#include <thump/event.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::wire {

/// Appends an event: its cursor as `id`, its type as `event`, its JSON as `data`.
/// @param json The event as `append_event` wrote it, or another text in one line.
void append_sse_event(std::string& out, std::string_view epoch, event const& e,
                      std::string_view json);

/// Appends the cursor from which a reader is to resume that has read all before it. Belongs to the
/// record that follows it.
void append_sse_cursor(std::string& out, std::string_view epoch, std::uint64_t seq);

/// Appends a control record, which moves no cursor by itself.
/// @param name Of the record, as in `thump.gap`. Requires: `name` and `json` are one line each.
void append_sse_control(std::string& out, std::string_view name, std::string_view json);

/// Appends a comment, which keeps the connection alive and means nothing.
void append_sse_comment(std::string& out);

/// Appends a comment that moves the reader's cursor too: all up to `seq` that matched was sent.
void append_sse_comment(std::string& out, std::string_view epoch, std::uint64_t seq);

/// Appends the time after which a browser is to reconnect.
void append_sse_retry(std::string& out, std::chrono::milliseconds after);

}   // namespace thump::wire
