// Counting for publishers who want to know what became of an event.
#pragma once

#include <core/backlog.hpp>

#include <thump/event_ptr.hpp>

namespace thump::net {

/// Counts one delivery of `e`, if anybody asked.
inline void count(published_event const& e, core::push_result result) noexcept
{
    if (!e.counts) return;
    ++e.counts->matched;
    ++(result == core::push_result::queued ? e.counts->queued : e.counts->dropped);
}

}   // namespace thump::net
