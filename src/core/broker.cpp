#include <core/broker.hpp>

#include <utility>

namespace thump::core {

broker::broker(std::string epoch, std::uint64_t seed, broker_options const& options)
    : epoch_{std::move(epoch)}
    , ids_{seed}
    , history_{options.history}
    , remembered_{options.dedup_window, options.max_remembered_ids}
    , remembers_ids_{options.dedup_window.count() > 0}
    , default_source_{options.default_source}
{
}

std::uint64_t broker::find_duplicate(event const& e, remembered_ids::time_point now)
{
    if (e.id.empty()) return 0;
    // Neither has a line end in it.
    identity_ = e.source.empty() ? default_source_ : e.source;
    identity_.append(1, '\n').append(e.id);
    return remembered_.find(identity_, now);
}

void broker::publish(boost::intrusive_ptr<published_event> e, time_point now, receipt* r)
{
    e->seq = last_seq_ + 1;
    if (e->id.empty()) {
        ids_.append(e->id, now);
        e->measure_id();
    } else if (remembers_ids_) {
        remembered_.add(identity_, e->seq);
    }
    if (r) *r = {e->id, e->seq, false};
    last_seq_ = e->seq;

    scratch_.clear();
    filters_.match(*e, scratch_);
    e->matching_filters = static_cast<std::uint32_t>(scratch_.size());
    // Every list of the turn takes over a reference, and history the publisher's own.
    e->add_references_unshared(e->matching_filters);
    for (auto const id : scratch_) {
        if (turn_[id].empty()) matched_.push_back(id);
        turn_[id].emplace_back(e.get(), false);
    }
    ++turn_events_;
    turn_bytes_ += e->size_bytes();
    history_.push(std::move(e), now, evicted_);
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
    evicted_.clear();
    turn_events_ = 0;
    turn_bytes_ = 0;
}

}   // namespace thump::core
