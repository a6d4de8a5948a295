// What a backlog should do, said as plainly as possible and without a thought for speed.
#pragma once

#include <core/backlog.hpp>

#include <thump/event_ptr.hpp>
#include <thump/gap.hpp>
#include <thump/ledger.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace thump::test {

/// A list of events and gaps in the order in which they will be handed out.
class backlog_model {
public:
    struct loss {
        event_ptr what;
        gap_reason reason;
    };
    struct item {
        event_ptr event;            // null: a gap
        std::vector<loss> losses;   // of a gap
        bool pinned = false;
        bool unread = false;   // it is still in history only
    };

    explicit backlog_model(core::backlog_options const& options) : options_{options} {}

    core::push_result push(event_ptr const& e)
    {
        if (closed_) return core::push_result::closed;
        ++books.matched;
        if (behind()) return fall_behind(e);
        if (options_.overflow == overflow::latest) conflate(*e);
        while (may_evict() && !fits(*e) && oldest_free() != items_.end())
            lose(oldest_free(), gap_reason::queue_full);
        if (fits(*e)) {
            items_.push_back({e, {}});
            ++books.queued;
            return core::push_result::queued;
        }
        if (options_.overflow == overflow::catch_up) return fall_behind(e);
        tell(items_.end(), {e, gap_reason::queue_full});
        ++books.dropped;
        closed_ = options_.overflow == overflow::disconnect;
        return closed_ ? core::push_result::closed : core::push_result::dropped;
    }

    /// The losses of the gap that is due; nothing: none is.
    std::optional<std::vector<loss>> take_gap()
    {
        if (items_.empty() || items_.front().event) return std::nullopt;
        auto due = std::move(items_.front().losses);
        items_.pop_front();
        return due;
    }

    event_ptr pop()
    {
        auto const e = items_.front().event;
        items_.pop_front();
        --books.queued;
        ++books.delivered;
        return e;
    }

    void pin_front() { items_.front().pinned = true; }

    void abandon()
    {
        books.dropped += books.queued;
        books.queued = 0;
        items_.clear();
    }

    /// Begins with what history has.
    void begin_behind(std::uint64_t next, std::vector<event_ptr> const& matching)
    {
        for (auto const& e : matching) {
            ++books.matched;
            fall_behind(e);
        }
        next_ = next;
    }

    /// Reads on in history, whose oldest event is `first`, if it is worth while.
    void refill(std::uint64_t first)
    {
        if (closed_ || !behind() || size() > options_.queue / 2 || next_ < first) return;
        for (auto i = first_unread(); i != items_.end(); i = first_unread()) {
            next_ = i->event->seq;
            if (options_.overflow == overflow::latest) conflate(*i->event);
            if (!fits(*i->event)) return;
            i->unread = false;
        }
    }

    /// History lets go of an event, whether it matched or not.
    void evict(std::uint64_t seq, gap_reason reason)
    {
        auto const lost = first_unread();
        if (lost == items_.end()) return;
        next_ = std::max(next_, seq + 1);
        if (lost->event->seq != seq) return;
        auto const what = lost->event;
        tell(items_.erase(lost), {what, reason});
        --books.queued;
        ++(reason == gap_reason::expired ? books.expired : books.dropped);
    }

    [[nodiscard]] bool idle() const { return items_.empty(); }
    [[nodiscard]] bool behind() const { return std::ranges::any_of(items_, &item::unread); }

    [[nodiscard]] std::size_t run() const
    {
        auto const end = std::ranges::find_if(
            items_, [](item const& i) { return i.event == nullptr || i.unread; });
        return static_cast<std::size_t>(std::distance(items_.begin(), end));
    }

    [[nodiscard]] std::size_t size() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(items_, in_memory));
    }

    [[nodiscard]] std::size_t bytes() const
    {
        std::size_t sum = 0;
        for (auto const& i : items_)
            sum += in_memory(i) ? i.event->size_bytes() : 0;
        return sum;
    }

    [[nodiscard]] bool within_bounds() const
    {
        bool const extra = begun() && may_evict();
        auto const extra_bytes = extra ? items_.front().event->size_bytes() : 0;
        return size() <= options_.queue + (extra ? 1 : 0) &&
               (size() <= (extra ? 2 : 1) || bytes() <= options_.queue_bytes + extra_bytes);
    }

    static gap summary(std::vector<loss> const& losses)
    {
        gap sum{.from = losses.front().what->seq, .reason = losses.front().reason};
        for (auto const& [what, reason] : losses) {
            sum.from = std::min(sum.from, what->seq);
            sum.to = std::max(sum.to, what->seq);
            ++sum.dropped;
            sum.bytes += what->size_bytes();
            sum.reason = std::max(sum.reason, reason);   // the graver one
        }
        return sum;
    }

    thump::ledger books;

private:
    using place = std::list<item>::iterator;

    [[nodiscard]] bool fits(published_event const& e) const
    {
        auto held = size();
        auto held_bytes = bytes();
        if (held == 0 || (held == 1 && begun() && may_evict())) return true;
        if (begun() && options_.overflow == overflow::latest) {
            --held;
            held_bytes -= items_.front().event->size_bytes();
        }
        return held < options_.queue && held_bytes + e.size_bytes() <= options_.queue_bytes;
    }

    [[nodiscard]] bool begun() const { return !items_.empty() && items_.front().pinned; }

    [[nodiscard]] bool may_evict() const
    {
        return options_.overflow == overflow::drop_oldest || options_.overflow == overflow::latest;
    }

    static bool in_memory(item const& i) { return i.event && !i.unread; }

    core::push_result fall_behind(event_ptr const& e)
    {
        if (!behind()) next_ = e->seq;
        items_.push_back({e, {}, false, true});
        ++books.queued;
        return core::push_result::queued;
    }

    place first_unread() { return std::ranges::find(items_, true, &item::unread); }

    place oldest_free()
    {
        return std::ranges::find_if(items_,
                                    [](item const& i) { return in_memory(i) && !i.pinned; });
    }

    // Behind an event that has been sent in part, before everything else.
    place front() { return std::ranges::find(items_, false, &item::pinned); }

    void lose(place victim, gap_reason reason)
    {
        loss const lost{victim->event, reason};
        auto const next = items_.erase(victim);
        if (next != items_.end() && next != items_.begin() && !next->event &&
            !std::prev(next)->event) {
            for (auto const& also : next->losses)
                std::prev(next)->losses.push_back(also);
            items_.erase(next);
        }
        tell(front(), lost);
        --books.queued;
        ++(reason == gap_reason::conflated ? books.conflated : books.dropped);
    }

    // Joins the gap before or at `where`, if there is one.
    void tell(place where, loss lost)
    {
        if (where != items_.end() && !where->event) return where->losses.push_back(std::move(lost));
        if (where != items_.begin() && !std::prev(where)->event)
            return std::prev(where)->losses.push_back(std::move(lost));
        items_.insert(where, {nullptr, {std::move(lost)}});
    }

    void conflate(event const& e)
    {
        auto const key = key_of(e);
        if (!key) return;
        auto const same = std::ranges::find_if(items_, [&](item const& i) {
            return in_memory(i) && !i.pinned && key_of(*i.event) == key;
        });
        if (same != items_.end()) lose(same, gap_reason::conflated);
    }

    [[nodiscard]] std::optional<std::string> key_of(event const& e) const
    {
        if (options_.key == "type") return e.type;
        auto const found = e.metadata.find(options_.key);
        return found == e.metadata.end() ? std::nullopt : std::optional{found->second};
    }

    core::backlog_options const& options_;
    std::list<item> items_;
    std::uint64_t next_ = 0;   // behind: everything before it in history was looked at
    bool closed_ = false;
};

}   // namespace thump::test
