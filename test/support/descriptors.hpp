// The process's open descriptors.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace thump::test {

inline std::size_t descriptors()
{
    std::filesystem::directory_iterator const all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}   // namespace thump::test
