#include <core/history.hpp>

#include <core/prefetch.hpp>

#include <algorithm>
#include <variant>

namespace thump::core {
namespace {

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

time_point earlier(time_point t, std::chrono::seconds by) noexcept
{
    return {t.seconds - by.count(), t.nanoseconds};
}

// The most that the ring is made for at first; it grows with what is published.
constexpr std::size_t initial_capacity = 64;

// A gap from behind `seq` up to the oldest event there is.
starting_point from_oldest(history const& h, std::uint64_t seq, bool same_epoch)
{
    gap lost;
    lost.reason = gap_reason::cursor_expired;
    lost.oldest = h.empty() ? 0 : h.first_seq();
    if (same_epoch && seq + 1 < h.first_seq()) {
        lost.from = seq + 1;
        lost.to = h.first_seq() - 1;
        lost.dropped = lost.to - seq;
    }
    return {h.first_seq(), lost};
}

starting_point after(history const& h, std::uint64_t seq)
{
    bool const known = seq + 1 >= h.first_seq() && seq < h.end_seq();
    if (known) return {seq + 1, std::nullopt};
    // A number that was never given is of another life of the broker.
    return from_oldest(h, seq, seq < h.end_seq());
}

// Where the last `count` matching events begin, of those up to `last`.
std::uint64_t start_of_last(history const& h, std::uint64_t count, filter const& wanted,
                            std::uint64_t last = UINT64_MAX)
{
    auto seq = last < h.end_seq() ? std::max(last + 1, h.first_seq()) : h.end_seq();
    while (count > 0 && seq > h.first_seq())
        if (wanted.matches(*h.at(--seq))) --count;
    return seq;
}

}   // namespace

history::history(history_options const& options) : options_{options} {}

void history::push(event_ptr e, time_point now, std::vector<evicted_event>& gone)
{
    ++next_seq_;
    if (options_.max_events == 0) return;   // nobody can be behind in it
    expire(now, gone);
    auto published = now;
    if (!entries_.empty() && now < entries_.back().published) published = entries_.back().published;
    while (!entries_.empty() && (entries_.size() >= options_.max_events ||
                                 bytes_ + e->size_bytes() > options_.max_bytes))
        let_go(gap_reason::history_overrun, gone);
    if (entries_.full())
        entries_.set_capacity(
            std::min(options_.max_events, std::max(initial_capacity, entries_.capacity() * 2)));
    bytes_ += e->size_bytes();
    entries_.push_back({std::move(e), published});
}

void history::expire(time_point now, std::vector<evicted_event>& gone)
{
    auto const oldest = earlier(now, options_.max_age);
    while (!entries_.empty() && entries_.front().published < oldest)
        let_go(gap_reason::expired, gone);
}

void history::let_go(gap_reason why, std::vector<evicted_event>& gone)
{
    auto& oldest = entries_.front().what;
    bytes_ -= oldest->size_bytes();
    gone.push_back({std::move(oldest), why});
    entries_.pop_front();
    // Those that go next were last looked at long ago. What they say is not looked at again here.
    constexpr std::size_t ahead = 4;
    if (entries_.size() <= ahead) return;
    auto const& later = *entries_[ahead].what;
    prefetch_from(&later.counts, later);
}

std::uint64_t history::first_at(time_point t) const noexcept
{
    auto const found = std::ranges::lower_bound(entries_, t, {}, &entry::published);
    return first_seq() + static_cast<std::uint64_t>(found - entries_.begin());
}

std::uint64_t history::count(filter const& f, std::uint64_t first,
                             std::uint64_t last) const noexcept
{
    static filter const everything;
    first = std::max(first, first_seq());
    if (f == everything) {
        auto const end = std::min(end_seq(), last == UINT64_MAX ? last : last + 1);
        return end > first ? end - first : 0;
    }
    std::uint64_t matching = 0;
    for (auto seq = first; seq < end_seq() && seq <= last; ++seq)
        if (f.matches(*at(seq))) ++matching;
    return matching;
}

void mark_recoverable(gap& g, std::uint64_t oldest_seq) noexcept
{
    bool const history_is_why = g.reason == gap_reason::history_overrun ||
                                g.reason == gap_reason::expired ||
                                g.reason == gap_reason::cursor_expired;
    g.recoverable = !history_is_why && g.from >= oldest_seq;
}

std::optional<time_point> moment_of(position const& p, time_point now) noexcept
{
    if (auto const* const t = std::get_if<time_point>(&p)) return *t;
    if (auto const* const back = std::get_if<time_back>(&p)) return earlier(now, back->span);
    return std::nullopt;
}

std::uint64_t last_by(history const& h, time_point moment) noexcept
{
    // The first event that is later; the clock's steps are a nanosecond.
    if (++moment.nanoseconds == 1'000'000'000) moment = {moment.seconds + 1, 0};
    return h.first_at(moment) - 1;
}

void confine(starting_point& start, std::uint64_t last) noexcept
{
    if (!start.lost || start.lost->to <= last) return;
    auto& lost = *start.lost;
    if (lost.from > last) return start.lost.reset();
    lost.dropped -= lost.to - last;
    lost.to = last;
}

starting_point resolve_since(history const& h, std::string_view epoch, position const& since,
                             filter const& wanted, time_point now, std::uint64_t last)
{
    if (auto const moment = moment_of(since, now)) return {h.first_at(*moment), std::nullopt};
    return std::visit(
        overloaded{
            [&](at_sequence const& at) { return after(h, at.seq); },
            [&](cursor const& at) {
                return at.epoch == epoch ? after(h, at.seq) : from_oldest(h, at.seq, false);
            },
            [&](last_events const& newest) {
                return starting_point{start_of_last(h, newest.count, wanted, last), std::nullopt};
            },
            [&](auto const&) {
                return starting_point{h.first_seq(), std::nullopt};
            },
        },
        since);
}

std::optional<std::uint64_t> resolve_until(history const& h, std::string_view epoch,
                                           position const& until, filter const& wanted,
                                           time_point now)
{
    if (auto const moment = moment_of(until, now)) {
        if (*moment >= now) return std::nullopt;
        return last_by(h, *moment);
    }
    return std::visit(
        overloaded{
            [&](at_sequence const& at) { return at.seq; },
            [&](cursor const& at) { return at.epoch == epoch ? at.seq : 0; },
            [&](earliest const&) { return h.empty() ? h.end_seq() - 1 : h.first_seq(); },
            [&](last_events const& last) { return start_of_last(h, last.count, wanted) - 1; },
            [&](auto const&) { return h.end_seq() - 1; },
        },
        until);
}

}   // namespace thump::core
