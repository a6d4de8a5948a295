// How often memory was allocated, and how much of it is in use.
#pragma once

#include <cstdint>

namespace inproc {

struct allocations {
    std::uint64_t count = 0;   ///< calls of `operator new` so far, of all threads
    std::int64_t in_use = 0;   ///< bytes, as the allocator rounds them up
};

[[nodiscard]] allocations allocations_now() noexcept;

}   // namespace inproc
