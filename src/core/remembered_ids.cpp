#include <core/remembered_ids.hpp>

namespace thump::core {

std::uint64_t remembered_ids::find(std::string_view id, time_point now)
{
    now_ = now;
    while (!by_age_.empty() && by_age_.front().published < now - window_)
        forget_oldest();
    auto const found = seqs_.find(id);
    return found == seqs_.end() ? 0 : found->second;
}

void remembered_ids::add(std::string_view id, std::uint64_t seq)
{
    if (by_age_.size() >= capacity_) forget_oldest();
    auto const [where, added] = seqs_.emplace(id, seq);
    if (added) by_age_.push_back({where->first, now_});
}

void remembered_ids::forget_oldest()
{
    seqs_.erase(seqs_.find(by_age_.front().id));
    by_age_.pop_front();
}

}   // namespace thump::core
