// An event in one line, for people.
#pragma once

#include <thump/event.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace thump::cli {

/// Writes events as lines of aligned columns: time, sequence number, type, message, metadata, data.
///
///     2024-05-01T12:00:00.123Z     41  task.failed       image not found  task_id=t1
class event_line {
public:
    explicit event_line(bool colour) noexcept : colour_{colour} {}

    /// Appends the line, line end included. Nothing in the event can act on a terminal.
    void append(std::string& out, event const& e);

private:
    void append_painted(std::string& out, std::string_view paint, std::string_view text) const;
    void append_metadata(std::string& out, metadata const& entries) const;

    bool colour_;
    std::size_t type_width_ = 16;   // grows with the types that are seen
};

}   // namespace thump::cli
