// How often memory was allocated.
#pragma once

#include <cstdint>

namespace thump::test {

/// Calls of `operator new` so far, of all threads.
[[nodiscard]] std::uint64_t allocation_count() noexcept;

}   // namespace thump::test
