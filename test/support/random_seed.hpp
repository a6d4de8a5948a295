// Seeds of randomized tests.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace thump::test {

/// The seed in the environment's `THUMP_TEST_SEED`, or else an unpredictable one. A test that fails
/// prints its seed, so that it can be run again.
inline std::uint64_t random_seed()
{
    if (char const* const given = std::getenv("THUMP_TEST_SEED")) return std::stoull(given);
    return std::random_device{}();
}

}   // namespace thump::test
