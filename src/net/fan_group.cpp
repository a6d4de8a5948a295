#include <net/fan_group.hpp>

#include <net/subscriber.hpp>

namespace thump::net {
namespace {

// A burst must not leave its buffer behind in every group.
constexpr std::size_t kept_capacity = std::size_t{64} << 10;

}   // namespace

void fan_group::add(subscriber& s)
{
    s.group = this;
    s.place = members_.size();
    members_.push_back(&s);
    ++live_;
}

void fan_group::remove(subscriber& s) noexcept
{
    members_[s.place] = nullptr;
    s.group = nullptr;
    --live_;
}

void fan_group::close_ranks() noexcept
{
    if (live_ == members_.size()) return;
    for (std::size_t i = 0; i < members_.size();) {
        if (members_[i]) {
            members_[i]->place = i;
            ++i;
        } else {
            members_[i] = members_.back();
            members_.pop_back();
        }
    }
}

void fan_group::close_rank(std::size_t place) noexcept
{
    if (members_.size() != live_ + 1) return close_ranks();
    members_[place] = members_.back();
    members_.pop_back();
    if (place < members_.size()) members_[place]->place = place;
}

fan_batch fan_group::encode(std::span<event_ptr const> events, std::string_view epoch)
{
    ends_.clear();
    if (bytes_.capacity() > kept_capacity) bytes_ = std::string{};
    bytes_.clear();
    bool counted = false;
    for (auto const& e : events) {
        counted = counted || e->counts;
        append_frame(bytes_, *e, form_, epoch);
        ends_.push_back(bytes_.size());
    }
    return {events, bytes_, ends_, counted};
}

}   // namespace thump::net
