#include <core/broker.hpp>

#include <utility>

namespace thump::core {

event_ptr broker::publish(boost::intrusive_ptr<published_event> e, time_point now)
{
    e->seq = ++last_seq_;
    if (e->id.empty()) ids_.append(e->id, now);
    e->measure();

    event_ptr const shared = std::move(e);
    scratch_.clear();
    filters_.match(*shared, scratch_);
    for (auto const id : scratch_) {
        if (turn_[id].empty()) matched_.push_back(id);
        turn_[id].push_back(shared);
    }
    ++turn_events_;
    turn_bytes_ += shared->size_bytes();
    return shared;
}

filter_id broker::attach(filter const& f)
{
    auto const id = filters_.acquire(f);
    if (turn_.size() < filters_.id_end()) turn_.resize(filters_.id_end());
    return id;
}

void broker::detach(filter_id id)
{
    filters_.release(id);
}

void broker::end_turn() noexcept
{
    for (auto const id : matched_)
        turn_[id].clear();
    matched_.clear();
    turn_events_ = 0;
    turn_bytes_ = 0;
}

}   // namespace thump::core
