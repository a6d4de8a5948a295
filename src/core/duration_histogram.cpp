#include <core/duration_histogram.hpp>

#include <algorithm>

namespace thump::core {

void duration_histogram::observe(std::chrono::nanoseconds d, std::uint64_t times) noexcept
{
    auto const size = std::max(d, std::chrono::nanoseconds::zero());
    auto const seconds = std::chrono::duration<double>{size}.count();
    // Durations come in runs of about the same.
    bool const as_before = (last_ == 0 || bounds[last_ - 1] < seconds) &&
                           (last_ == bounds.size() || seconds <= bounds[last_]);
    if (!as_before)
        last_ =
            static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
    counts_[last_].add(times);
    sum_nanoseconds_.add(static_cast<std::uint64_t>(size.count()) * times);
}

duration_histogram::snapshot duration_histogram::read() const noexcept
{
    snapshot now;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        now.counts[i] = counts_[i].value();
    now.sum_seconds = static_cast<double>(sum_nanoseconds_.value()) / 1e9;
    return now;
}

duration_histogram::snapshot&
duration_histogram::snapshot::operator+=(snapshot const& other) noexcept
{
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += other.counts[i];
    sum_seconds += other.sum_seconds;
    return *this;
}

}   // namespace thump::core
