// What a backlog should do, said as plainly as possible and without a thought for speed.
#pragma once

#include <core/backlog.hpp>

#include <thump/event_ptr.hpp>
#include <thump/gap.hpp>
#include <thump/ledger.hpp>

#include <algorithm>
#include <cstddef>
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
    };

    explicit backlog_model(core::backlog_options const& options) : options_{options} {}

    core::push_result push(event_ptr const& e)
    {
        if (closed_) return core::push_result::closed;
        ++books.matched;
        bool const may_evict =
            options_.overflow == overflow::drop_oldest || options_.overflow == overflow::latest;
        if (options_.overflow == overflow::latest) conflate(*e);
        while (may_evict && !fits(*e) && oldest_free() != items_.end())
            lose(oldest_free(), gap_reason::queue_full);
        if (fits(*e)) {
            items_.push_back({e, {}});
            ++books.queued;
            return core::push_result::queued;
        }
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

    [[nodiscard]] bool idle() const { return items_.empty(); }

    [[nodiscard]] std::size_t run() const
    {
        auto const first_gap = std::ranges::find(items_, event_ptr{}, &item::event);
        return static_cast<std::size_t>(std::distance(items_.begin(), first_gap));
    }

    [[nodiscard]] std::size_t bytes() const
    {
        std::size_t sum = 0;
        for (auto const& i : items_)
            sum += i.event ? i.event->size_bytes() : 0;
        return sum;
    }

    static gap summary(std::vector<loss> const& losses)
    {
        gap sum{.from = losses.front().what->seq, .reason = losses.front().reason};
        for (auto const& [what, reason] : losses) {
            sum.from = std::min(sum.from, what->seq);
            sum.to = std::max(sum.to, what->seq);
            ++sum.dropped;
            sum.bytes += what->size_bytes();
            if (reason == gap_reason::queue_full) sum.reason = reason;   // the graver one
        }
        return sum;
    }

    thump::ledger books;

private:
    using place = std::list<item>::iterator;

    [[nodiscard]] bool fits(published_event const& e) const
    {
        return books.queued == 0 ||
               (books.queued < options_.queue && bytes() + e.size_bytes() <= options_.queue_bytes);
    }

    place oldest_free()
    {
        return std::ranges::find_if(items_, [](item const& i) { return i.event && !i.pinned; });
    }

    // Behind an event that has been sent in part, before everything else.
    place front() { return std::ranges::find(items_, false, &item::pinned); }

    void lose(place victim, gap_reason reason)
    {
        loss const lost{victim->event, reason};
        items_.erase(victim);
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
        auto const same = std::ranges::find_if(
            items_, [&](item const& i) { return i.event && !i.pinned && key_of(*i.event) == key; });
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
    bool closed_ = false;
};

}   // namespace thump::test
