// What the operating system knows of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace thump::net {

/// Figures of the process at one instant.
struct process_figures {
    double cpu_seconds = 0;          ///< user and system time together
    double start_time_seconds = 0;   ///< since 1970
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t threads = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t max_descriptors = 0;   ///< the soft limit
};

/// Reads them from /proc: some files, no wait.
/// @return nothing where there is no /proc.
[[nodiscard]] std::optional<process_figures> read_process_figures();

}   // namespace thump::net
