#include "counted_new.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};

}   // namespace

namespace thump::test {

std::uint64_t allocation_count() noexcept
{
    return count.load(std::memory_order_relaxed);
}

}   // namespace thump::test

void* operator new(std::size_t size)
{
    count.fetch_add(1, std::memory_order_relaxed);
    if (void* const at = std::malloc(size)) return at;
    throw std::bad_alloc{};
}

void* operator new(std::size_t size, std::align_val_t alignment)
{
    count.fetch_add(1, std::memory_order_relaxed);
    auto const line = static_cast<std::size_t>(alignment);
    if (void* const at = std::aligned_alloc(line, (size + line - 1) / line * line)) return at;
    throw std::bad_alloc{};
}

void operator delete(void* at) noexcept
{
    std::free(at);
}

void operator delete(void* at, std::align_val_t) noexcept
{
    std::free(at);
}

void operator delete(void* at, std::size_t, std::align_val_t) noexcept
{
    std::free(at);
}

void operator delete(void* at, std::size_t) noexcept
{
    std::free(at);
}
