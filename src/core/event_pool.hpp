// Where published events come from, and where they go when nobody holds them any more.
#pragma once

#include <thump/event_ptr.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace thump::detail {

/// Keeps events that have gone, with the room of their strings, for those to come. An event is
/// mostly made on one thread and let go of on another, which is what allocators are worst at.
///
/// Thread safety: any thread. A thread keeps a few for itself, so that most calls take no lock.
class event_pool {
public:
    /// A new event. One that is copied goes into the room of an old one's strings.
    [[nodiscard]] static boost::intrusive_ptr<published_event> make(event&& e);
    [[nodiscard]] static boost::intrusive_ptr<published_event> make(event const& e);

    /// Takes an event that nobody refers to any more.
    static void recycle(published_event* e) noexcept;
};

}   // namespace thump::detail
