#include "counted_new.hpp"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// Each thread counts on a cache line of its own, which it alone writes: or counting would be what
// is measured.
struct alignas(64) counter {
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::int64_t> in_use{0};
};
constexpr std::size_t most_threads = 64;
counter counters[most_threads];
std::atomic<std::size_t> threads{0};

counter& of_a_new_thread() noexcept
{
    auto const number = threads++;
    if (number >= most_threads) std::abort();
    return counters[number];
}

counter& mine() noexcept
{
    static thread_local counter& own = of_a_new_thread();
    return own;
}

template <class T>
void add(std::atomic<T>& to, T what) noexcept
{
    to.store(to.load(std::memory_order_relaxed) + what, std::memory_order_relaxed);
}

std::int64_t size_of(void* at) noexcept
{
    return static_cast<std::int64_t>(malloc_usable_size(at));
}

void* counted(void* at)
{
    if (!at) throw std::bad_alloc{};
    auto& c = mine();
    add(c.count, std::uint64_t{1});
    add(c.in_use, size_of(at));
    return at;
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
    return counted(std::malloc(size));
}

void* operator new(std::size_t size, std::align_val_t alignment)
{
    auto const line = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(line, (size + line - 1) / line * line));
}

void operator delete(void* at) noexcept
{
    if (!at) return;
    add(mine().in_use, -size_of(at));
    std::free(at);
}

void operator delete(void* at, std::size_t) noexcept
{
    operator delete(at);
}

void operator delete(void* at, std::align_val_t) noexcept
{
    operator delete(at);
}

void operator delete(void* at, std::size_t, std::align_val_t) noexcept
{
    operator delete(at);
}
