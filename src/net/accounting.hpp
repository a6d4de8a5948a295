// What happens to a subscriber's ledger, added to its shard's totals.
#pragma once

#include <net/shard.hpp>
#include <net/subscriber.hpp>

#include <thump/ledger.hpp>

#include <cstdint>
#include <utility>

namespace thump::net {

/// Adds to the shard's totals what happens to a subscriber's ledger between two moments.
class accounting {
public:
    /// @param s Null: there is nothing to account for.
    accounting(shard& home, subscriber const* s) noexcept : home_{home}, subscriber_{s}
    {
        if (!s) return;
        before_ = s->events.backlog.ledger();
        gaps_before_ = s->events.gaps_told;
    }
    accounting(accounting const&) = delete;
    accounting& operator=(accounting const&) = delete;

    /// Once, before the subscriber goes, or anything else accounts for it.
    void settle()
    {
        auto const* const s = std::exchange(subscriber_, nullptr);
        if (!s) return;
        auto const& after = s->events.backlog.ledger();
        auto const gaps = s->events.gaps_told - gaps_before_;
        if (after != before_ || gaps != 0) home_.account(before_, after, gaps);
    }

private:
    shard& home_;
    subscriber const* subscriber_;
    ledger before_;
    std::uint64_t gaps_before_ = 0;
};

}   // namespace thump::net
