#include <core/type_counts.hpp>

#include <cstddef>

namespace thump::core {

void type_counts::add(std::string_view type) noexcept
{
    auto const* const known = find_type(type);
    auto const place =
        known ? static_cast<std::size_t>(known - catalog().data()) : counts_.size() - 1;
    counts_[place].add();
}

std::vector<std::uint64_t> type_counts::read() const
{
    std::vector<std::uint64_t> now;
    now.reserve(counts_.size());
    for (auto const& one : counts_)
        now.push_back(one.value());
    return now;
}

}   // namespace thump::core
