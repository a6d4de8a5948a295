// What the server and the machine have used so far, by the kernel's books.
#pragma once

#include <cstdint>
#include <span>

namespace load {

/// Of all processes together.
struct process_figures {
    std::uint64_t cpu_ns = 0;
    std::uint64_t pss_bytes = 0;   ///< memory, with its share in what is shared
    std::uint64_t rss_bytes = 0;
    double user_seconds = 0;
    double system_seconds = 0;

    static process_figures of(std::span<int const> processes);
};

/// Of the whole machine.
struct machine_figures {
    double busy_seconds = 0;
    std::uint64_t steal_ticks = 0;   ///< taken by other virtual machines

    static machine_figures now();
};

/// CPU seconds of this process.
[[nodiscard]] double own_cpu_seconds();

}   // namespace load
