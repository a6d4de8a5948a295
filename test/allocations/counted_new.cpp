#include "counted_new.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};

void* counted(void* at)
{
    if (!at) throw std::bad_alloc{};
    count.fetch_add(1, std::memory_order_relaxed);
    return at;
}

}   // namespace

namespace thump::test {

std::uint64_t allocation_count() noexcept
{
    return count.load(std::memory_order_relaxed);
}

}   // namespace thump::test

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
