#include <core/backlog.hpp>

#include <core/history.hpp>

#include <boost/circular_buffer.hpp>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

namespace thump::core {
namespace {

constexpr std::size_t initial_capacity = 8;

// Events of history that one `refill` looks at: about a millisecond's worth.
constexpr std::size_t max_look = 16'384;

gap gap_of(published_event const& e, gap_reason reason) noexcept
{
    return {e.seq, e.seq, 1, e.size_bytes(), reason, false, 0};
}

// Whether losses next to one another are told together. What a cursor asked for in vain is in no
// ledger, and has no numbers where it is of another epoch.
bool share(gap const& one, gap const& other) noexcept
{
    return (one.reason == gap_reason::cursor_expired) ==
           (other.reason == gap_reason::cursor_expired);
}

// Makes one gap of two. The graver reason stands for both.
void merge(gap& into, gap const& other) noexcept
{
    into.from = std::min(into.from, other.from);
    into.to = std::max(into.to, other.to);
    into.dropped += other.dropped;
    into.bytes += other.bytes;
    into.reason = std::max(into.reason, other.reason);
    into.oldest = std::max(into.oldest, other.oldest);
    into.recoverable = into.recoverable && other.recoverable;
}

// What tells events apart under `latest`; nothing: this event stands for itself alone.
std::optional<std::string_view> key_of(event const& e, std::string const& key) noexcept
{
    if (key == "type") return e.type;
    auto const found = e.metadata.find(key);
    if (found == e.metadata.end()) return std::nullopt;
    return found->second;
}

}   // namespace

struct backlog::storage {
    // A gap, and the position in the stream of queued events before which it stands.
    struct placed_gap {
        std::uint64_t position;
        gap what;
    };

    boost::circular_buffer<event_ptr> events{initial_capacity};
    std::deque<placed_gap> gaps;   // by position; at each at most one of those that share
    std::size_t bytes = 0;
    std::uint64_t head = 0;   // position of events.front()
    bool pinned = false;
    std::uint64_t unread = 0;   // events to read from history; 0: not behind
    std::uint64_t next = 0;     // behind: none of them is before this one
    bool overtaken = false;     // behind: since it overflowed
    // Where the queue ended when it last overflowed.
    std::uint64_t slow_until = 0;
    // Under `latest`: the newest queued event of each key. The views are into the queued events.
    std::unordered_map<std::string_view, std::uint64_t> newest;

    void push_back(event_ptr e)
    {
        if (events.full()) events.set_capacity(std::max(initial_capacity, events.capacity() * 2));
        bytes += e->size_bytes();
        events.push_back(std::move(e));
    }

    void tell_at(std::uint64_t position, gap const& g)
    {
        auto at = std::ranges::lower_bound(gaps, position, {}, &placed_gap::position);
        while (at != gaps.end() && at->position == position && !share(at->what, g))
            ++at;
        if (at != gaps.end() && at->position == position)
            merge(at->what, g);
        else
            gaps.insert(at, {position, g});
    }

    // The queued event at `position` has gone: what stands behind it moves up.
    void close_up(std::uint64_t position)
    {
        auto const behind = std::ranges::upper_bound(gaps, position, {}, &placed_gap::position);
        for (auto g = behind; g != gaps.end(); ++g)
            --g->position;
        if (behind == gaps.begin() || behind == gaps.end()) return;
        auto const before = std::prev(behind);
        if (before->position != behind->position || !share(before->what, behind->what)) return;
        merge(before->what, behind->what);
        gaps.erase(behind);
    }

    // The first position whose event has not been sent in part.
    [[nodiscard]] std::uint64_t first_free() const noexcept { return head + (pinned ? 1 : 0); }

    void forget_key(event const& e, std::string const& key)
    {
        auto const name = key_of(e, key);
        if (!name) return;
        auto const found = newest.find(*name);
        if (found != newest.end() && found->second == e.seq) newest.erase(found);
    }
};

backlog::backlog(backlog_options const& options) noexcept : options_{&options} {}

backlog::~backlog() = default;

bool backlog::idle() const noexcept
{
    return !storage_ ||
           (storage_->events.empty() && storage_->gaps.empty() && storage_->unread == 0);
}

bool backlog::ready() const noexcept
{
    return storage_ && !(storage_->events.empty() && storage_->gaps.empty());
}

std::size_t backlog::size() const noexcept
{
    return storage_ ? storage_->events.size() : 0;
}

std::size_t backlog::run() const noexcept
{
    if (!storage_) return 0;
    auto const& s = *storage_;
    if (s.gaps.empty()) return s.events.size();
    return static_cast<std::size_t>(s.gaps.front().position - s.head);
}

event_ptr const& backlog::at(std::size_t index) const noexcept
{
    return storage_->events[index];
}

backlog::storage& backlog::store()
{
    if (!storage_) storage_ = std::make_unique<storage>();
    return *storage_;
}

bool backlog::has_room(std::size_t bytes) const noexcept
{
    if (!storage_ || storage_->events.empty()) return true;
    auto const& s = *storage_;
    auto held = s.events.size();
    auto held_bytes = s.bytes;
    // An event that has been sent in part cannot make way for a newer one, so it must not be in the
    // way of the newest, or under `latest` of the newest of a key.
    if (s.pinned && keeps_newest()) {
        if (held == 1) return true;
        if (options_->overflow == overflow::latest) {
            --held;
            held_bytes -= s.events.front()->size_bytes();
        }
    }
    return held < options_->queue && held_bytes + bytes <= options_->queue_bytes;
}

bool backlog::keeps_newest() const noexcept
{
    return options_->overflow == overflow::drop_oldest || options_->overflow == overflow::latest;
}

push_result backlog::push(event_ptr const& e)
{
    if (closed_) return push_result::closed;
    ++ledger_.matched;
    if (behind()) {
        fall_behind(e);
        return push_result::queued;
    }
    if (options_->overflow == overflow::latest) conflate(e);
    if (has_room(e->size_bytes())) {
        enqueue(e);
        return push_result::queued;
    }
    switch (options_->overflow) {
    case overflow::drop_oldest:
    case overflow::latest:
        while (!has_room(e->size_bytes()))
            evict_front();
        enqueue(e);
        return push_result::queued;
    case overflow::disconnect:
        lose_newest(e);
        closed_ = true;
        return push_result::closed;
    case overflow::catch_up:
        fall_behind(e);
        return push_result::queued;
    case overflow::drop_newest:
        break;
    }
    lose_newest(e);
    return push_result::dropped;
}

std::size_t backlog::push_run(std::span<event_ptr const> events)
{
    if (closed_ || behind() || options_->overflow == overflow::latest) return 0;
    auto& s = store();
    std::size_t taken = 0;
    for (auto const& e : events) {
        bool const fits =
            s.events.size() < options_->queue && s.bytes + e->size_bytes() <= options_->queue_bytes;
        if (!fits && !s.events.empty()) break;
        s.push_back({e.get(), false});
        ++taken;
    }
    ledger_.matched += taken;
    ledger_.queued += taken;
    return taken;
}

void backlog::enqueue(event_ptr const& e)
{
    auto& s = store();
    s.push_back(e);
    ++ledger_.queued;
    if (options_->overflow != overflow::latest) return;
    if (auto const name = key_of(*e, options_->key)) {
        s.newest.erase(*name);   // its view may be of an event that is about to go
        s.newest.emplace(*name, e->seq);
    }
}

// Loses the queued event of the same key, if there is one that can still be lost.
void backlog::conflate(event_ptr const& e)
{
    if (!storage_) return;
    auto& s = *storage_;
    auto const name = key_of(*e, options_->key);
    if (!name) return;
    auto const found = s.newest.find(*name);
    if (found == s.newest.end()) return;
    auto const queued = std::ranges::lower_bound(s.events, found->second, {},
                                                 [](event_ptr const& p) { return p->seq; });
    auto const index = static_cast<std::size_t>(queued - s.events.begin());
    if (index == 0 && s.pinned) return;
    lose(index, gap_reason::conflated);
}

void backlog::evict_front()
{
    lose(storage_->pinned ? 1 : 0, gap_reason::queue_full);
}

// Takes a queued event out of the queue and tells of it before everything that can still be lost.
void backlog::lose(std::size_t index, gap_reason reason)
{
    auto& s = *storage_;
    auto const victim = s.events[index];
    if (options_->overflow == overflow::latest) s.forget_key(*victim, options_->key);
    // From the nearer end: what goes is mostly the oldest.
    auto const at = s.events.begin() + static_cast<std::ptrdiff_t>(index);
    if (index < s.events.size() / 2)
        s.events.rerase(at);
    else
        s.events.erase(at);
    s.bytes -= victim->size_bytes();
    s.close_up(s.head + index);
    s.tell_at(s.first_free(), gap_of(*victim, reason));
    // The event that takes its place counts too.
    if (reason == gap_reason::queue_full) s.slow_until = s.head + s.events.size() + 1;
    --ledger_.queued;
    ++(reason == gap_reason::conflated ? ledger_.conflated : ledger_.dropped);
}

void backlog::lose_newest(event_ptr const& e)
{
    auto& s = store();
    s.tell_at(s.head + s.events.size(), gap_of(*e, gap_reason::queue_full));
    s.slow_until = s.head + s.events.size();
    ++ledger_.dropped;
}

std::optional<gap> backlog::take_gap()
{
    if (!storage_ || storage_->gaps.empty()) return std::nullopt;
    auto& s = *storage_;
    if (s.gaps.front().position != s.head || s.pinned) return std::nullopt;
    auto const due = s.gaps.front().what;
    s.gaps.pop_front();
    return due;
}

event_ptr backlog::pop()
{
    auto& s = *storage_;
    auto e = std::move(s.events.front());
    if (options_->overflow == overflow::latest) s.forget_key(*e, options_->key);
    s.events.pop_front();
    s.bytes -= e->size_bytes();
    ++s.head;
    s.pinned = false;
    --ledger_.queued;
    ++ledger_.delivered;
    return e;
}

void backlog::pin_front() noexcept
{
    storage_->pinned = true;
}

void backlog::tell(gap const& g)
{
    auto& s = store();
    s.tell_at(s.first_free(), g);
}

void backlog::abandon() noexcept
{
    ledger_.dropped += ledger_.queued;
    ledger_.queued = 0;
    storage_.reset();
}

std::vector<gap> backlog::end(history const& h, filter const& wanted)
{
    std::vector<gap> untold;
    if (!storage_) return untold;
    give_up_history(h, wanted, gap_reason::subscription_ended);
    auto const add = [&](gap const& g) {
        if (!untold.empty() && share(untold.back(), g))
            merge(untold.back(), g);
        else
            untold.push_back(g);
    };
    for (auto const& placed : storage_->gaps)
        add(placed.what);
    for (auto const& e : storage_->events)
        add(gap_of(*e, gap_reason::subscription_ended));
    abandon();
    return untold;
}

void backlog::begin_behind(std::uint64_t next, std::uint64_t unread)
{
    auto& s = store();
    s.next = next;
    s.unread = unread;
    ledger_.matched += unread;
    ledger_.queued += unread;
}

// The event is in history: it need not be kept here.
void backlog::fall_behind(event_ptr const& e)
{
    auto& s = *storage_;
    if (s.unread++ == 0) {
        s.next = e->seq;
        s.overtaken = true;
    }
    ++ledger_.queued;
}

bool backlog::behind() const noexcept
{
    return storage_ && storage_->unread > 0;
}

bool backlog::slow() const noexcept
{
    if (!storage_) return false;
    return (behind() && storage_->overtaken) || storage_->head < storage_->slow_until;
}

bool backlog::wants_refill() const noexcept
{
    return behind() && !closed_ && storage_->events.size() <= options_->queue / 2;
}

// It reads as many matching events as were counted and no more: history may already hold some that
// are yet to be pushed.
bool backlog::refill(history const& h, filter const& wanted)
{
    auto& s = *storage_;
    if (s.next < h.first_seq()) return false;   // what was lost is yet to be told: see on_evicted
    for (auto looked_at = max_look; s.unread > 0; ++s.next) {
        if (looked_at-- == 0) return true;
        auto const& e = h.at(s.next);
        if (!wanted.matches(*e)) continue;
        if (options_->overflow == overflow::latest) conflate(e);
        if (!has_room(e->size_bytes())) return false;
        --s.unread;
        --ledger_.queued;   // enqueue counts it again
        enqueue(e);
    }
    return false;
}

bool backlog::on_evicted(std::span<evicted_event const> gone, filter const& wanted)
{
    if (!behind() || gone.empty() || gone.back().what->seq < storage_->next) return false;
    auto& s = *storage_;
    auto const first = gone.front().what->seq;
    // Sequence numbers in `gone` have no hole.
    for (auto const& [what, why] : gone.subspan(s.next > first ? s.next - first : 0)) {
        if (s.unread == 0) break;
        s.next = what->seq + 1;
        if (wanted.matches(*what)) lose_unread(*what, why);
    }
    return true;
}

void backlog::give_up_history(history const& h, filter const& wanted, gap_reason reason)
{
    while (behind()) {
        auto const& e = *h.at(storage_->next++);
        if (wanted.matches(e)) lose_unread(e, reason);
    }
}

// Told behind everything in the queue, where the events would have come.
void backlog::lose_unread(published_event const& e, gap_reason reason)
{
    auto& s = *storage_;
    --s.unread;
    --ledger_.queued;
    ++(reason == gap_reason::expired ? ledger_.expired : ledger_.dropped);
    s.tell_at(s.head + s.events.size(), gap_of(e, reason));
}

void backlog::release_memory() noexcept
{
    storage_.reset();
}

}   // namespace thump::core
