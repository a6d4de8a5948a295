#include "counted_new.hpp"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// Each thread counts on a cache line of its own, or counting would be what is measured.
struct alignas(64) counter {
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::int64_t> in_use{0};
};
constexpr std::size_t counter_count = 64;
counter counters[counter_count];
std::atomic<std::size_t> next_counter{0};

counter& mine() noexcept
{
    static thread_local counter& chosen = counters[next_counter++ % counter_count];
    return chosen;
}

}   // namespace

namespace inproc {

allocations allocations_now() noexcept
{
    allocations sum;
    for (auto const& c : counters) {
        sum.count += c.count.load(std::memory_order_relaxed);
        sum.in_use += c.in_use.load(std::memory_order_relaxed);
    }
    return sum;
}

}   // namespace inproc

void* operator new(std::size_t size)
{
    void* const at = std::malloc(size);
    if (!at) throw std::bad_alloc{};
    auto& c = mine();
    c.count.fetch_add(1, std::memory_order_relaxed);
    c.in_use.fetch_add(static_cast<std::int64_t>(malloc_usable_size(at)),
                       std::memory_order_relaxed);
    return at;
}

void operator delete(void* at) noexcept
{
    if (!at) return;
    mine().in_use.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(at)),
                            std::memory_order_relaxed);
    std::free(at);
}

void operator delete(void* at, std::size_t) noexcept
{
    operator delete(at);
}
