#include <net/fan_turn.hpp>

#include <net/subscriber.hpp>

namespace thump::net {
namespace {

// Fewer sends than this are made before another thread has woken up to help with them.
constexpr std::size_t min_shared_offers = 64;

}   // namespace

fan_turn::fan_turn(std::size_t threads)
{
    if (threads > 1) crew_ = std::make_unique<fan_crew>(threads - 1);
}

void fan_turn::send()
{
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        auto const& [group, batch] = groups_[i];
        for (auto* const member : group->members()) {
            if (!member || !member->owner.begin_turn(batch)) continue;
            auto& to = member->owner;
            if (crew_)
                offers_.push_back({&to, i, {}});
            else
                to.end_turn(batch, to.offer(batch));
        }
    }
    make_offers();
    for (auto const& [group, batch] : groups_)
        group->close_ranks();
    groups_.clear();
}

// Only the sends are shared among threads: each touches a socket and a result of its own, and the
// strand waits for them all. What comes of them is the strand's business again.
void fan_turn::make_offers()
{
    auto const make = [this](std::size_t i) {
        auto& o = offers_[i];
        o.result = o.to->offer(groups_[o.turn].batch);
    };
    if (offers_.size() >= min_shared_offers)
        crew_->for_each(offers_.size(), make);
    else
        for (std::size_t i = 0; i < offers_.size(); ++i)
            make(i);
    for (auto const& o : offers_)
        o.to->end_turn(groups_[o.turn].batch, o.result);
    offers_.clear();
}

}   // namespace thump::net
