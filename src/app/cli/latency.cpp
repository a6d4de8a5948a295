#include <app/cli/latency.hpp>

#include <algorithm>
#include <cmath>

namespace thump::cli {

std::chrono::nanoseconds latency::quantile(double share)
{
    auto const rank = std::ceil(share * static_cast<double>(samples_.size()));
    auto const at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::ranges::nth_element(samples_, samples_.begin() + at);
    return samples_[static_cast<std::size_t>(at)];
}

}   // namespace thump::cli
