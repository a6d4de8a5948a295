// How many events were published of each type of the catalog.
#pragma once

#include <core/count.hpp>

#include <thump/catalog.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace thump::core {

/// One count for each type of the catalog, and one for all others: bounded, whatever is published.
/// Thread safety: one thread adds, any thread reads.
class type_counts {
public:
    void add(std::string_view type) noexcept;

    /// In the catalog's order; the last is that of types that the catalog does not have.
    [[nodiscard]] std::vector<std::uint64_t> read() const;

private:
    std::vector<count> counts_ = std::vector<count>(catalog().size() + 1);
};

}   // namespace thump::core
