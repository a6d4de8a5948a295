// Having memory on its way before it is needed.
#pragma once

#include <cstddef>

namespace thump::core {

/// Asks for the cache line at `at`, to write to it: what another core has changed is then fetched
/// once, not a second time to be changed. A hint: nothing changes but the time of later accesses.
inline void prefetch_line(void const* at) noexcept
{
#if defined(__x86_64__)
    // Compilers take a read for it unless told of a processor that knows better. All that run 64
    // bits decode it; the oldest do nothing.
    asm volatile("prefetchw (%0)" : : "r"(at));
#else
    __builtin_prefetch(at, 1);
#endif
}

/// The same for the lines of an object from a member of it on.
template <class T>
void prefetch_from(void const* member, T const& object) noexcept
{
    constexpr std::size_t cache_line = 64;
    auto const* const end = reinterpret_cast<char const*>(&object + 1);
    for (auto const* at = static_cast<char const*>(member); at < end; at += cache_line)
        prefetch_line(at);
}

/// The same for all of an object.
template <class T>
void prefetch(T const& object) noexcept
{
    prefetch_from(&object, object);
}

}   // namespace thump::core
