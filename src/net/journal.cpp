#include <net/journal.hpp>

#include <utility>

namespace thump::net {

journal::journal(log_sink sink) : sink_{std::move(sink)} {}

void journal::write(log_level level, std::string_view line)
{
    std::lock_guard const lock{mutex_};
    if (sink_) sink_(level, line);
}

void journal::close()
{
    std::lock_guard const lock{mutex_};
    sink_ = nullptr;
}

void log_budget::begin_interval(steady_time now) noexcept
{
    if (spent_ > 0 && now < since_ + interval) return;
    since_ = now;
    spent_ = 0;
    untold_ += std::exchange(left_out_, 0);
}

bool log_budget::spend(steady_time now) noexcept
{
    begin_interval(now);
    if (spent_ < lines) {
        ++spent_;
        return true;
    }
    ++left_out_;
    return false;
}

std::uint64_t log_budget::take_left_out(steady_time now) noexcept
{
    begin_interval(now);
    return std::exchange(untold_, 0);
}

}   // namespace thump::net
