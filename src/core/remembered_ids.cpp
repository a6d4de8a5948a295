#include <core/remembered_ids.hpp>

namespace thump::core {

void remembered_ids::add(std::string_view id, std::uint64_t seq, time_point now)
{
    forget(now);
    if (by_age_.size() >= capacity_) forget_oldest();
    auto const [where, added] = seqs_.emplace(id, seq);
    if (added) by_age_.push_back({where->first, now});
}

std::uint64_t remembered_ids::find(std::string_view id, time_point now)
{
    forget(now);
    auto const found = seqs_.find(id);
    return found == seqs_.end() ? 0 : found->second;
}

void remembered_ids::forget(time_point now)
{
    time_point const oldest{now.seconds - window_.count(), now.nanoseconds};
    while (!by_age_.empty() && by_age_.front().published < oldest)
        forget_oldest();
}

void remembered_ids::forget_oldest()
{
    seqs_.erase(seqs_.find(by_age_.front().id));
    by_age_.pop_front();
}

}   // namespace thump::core
