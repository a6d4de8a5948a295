#include "tally.hpp"

#include <algorithm>
#include <utility>

namespace load {

tally::tally(std::size_t publishers, std::size_t subscribers)
    : publishers_{publishers}, wanted_{subscribers}, flights_(most_under_way)
{
}

void tally::begin(std::size_t subscribers_that_count)
{
    wanted_ = subscribers_that_count;
    begun_ = true;
}

std::uint64_t tally::index_of(event_number number) const noexcept
{
    return (number.count() - 1) * publishers_ + number.publisher();
}

event_number tally::publish(std::uint64_t due)
{
    auto& f = at(published_);
    f.due = due;
    f.arrivals = 0;
    auto const number = event_number::make(published_ % publishers_, published_ / publishers_ + 1);
    ++published_;
    if (wanted_ == 0) completed_ = published_;
    return number;
}

void tally::receive(progress& by, payload::finding const& event, std::string_view message,
                    std::uint64_t now)
{
    if (event.number.count() == 0) {
        if (!std::exchange(by.warm, true)) ++warm_;
        return;
    }
    auto const index = index_of(event.number);
    auto& last = by.last[event.number.publisher()];
    auto const count = event.number.count();
    if (index >= published_) return count_corrupt();
    if (count <= last) {
        ++duplicates_;
        return;
    }
    auto const skipped = count - last - 1;
    by.missed += skipped;
    ++by.received;
    for (auto lost = std::exchange(last, count) + 1; by.counts && lost < count; ++lost)
        arrive(index_of(event_number::make(event.number.publisher(), lost)), 0);
    if (!by.counts) return;
    missed_ += skipped;
    ++delivered_;
    last_delivery_ = now;
    latency_.add(now - std::min(now, event.sent_at));
    if (index >= completed_) compare(at(index), message);
    arrive(index, now);
}

// Everyone is sent the same bytes.
void tally::compare(flight& f, std::string_view message)
{
    if (f.message.empty())
        f.message = message;
    else if (f.message != message)
        count_corrupt();
}

void tally::arrive(std::uint64_t index, std::uint64_t now)
{
    if (!begun_ || index < completed_ || index >= published_) return;
    ++at(index).arrivals;
    complete_front(now);
}

void tally::complete_front(std::uint64_t now)
{
    for (; completed_ < published_ && at(completed_).arrivals >= wanted_; ++completed_) {
        auto& f = at(completed_);
        if (now > f.due) latency_of_last_.add(now - f.due);
        f.message.clear();
    }
}

void tally::leave(progress& who)
{
    if (!begun_ || !std::exchange(who.counts, false)) return;
    --wanted_;
    // What it has received of the events under way was counted, and no longer is.
    for (auto i = completed_; i < published_; ++i)
        if (i / publishers_ + 1 <= who.last[i % publishers_]) --at(i).arrivals;
    complete_front(0);
}

void tally::give_up()
{
    for (; completed_ < published_; ++completed_)
        at(completed_).message.clear();
}

}   // namespace load
