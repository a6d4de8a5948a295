// Where published events come from, and where they go when nobody holds them any more.
#pragma once

namespace thump {

struct event;
class published_event;

namespace detail {

/// Keeps events that have gone, with the room of their strings, for those to come. An event is
/// mostly made on one thread and let go of on another, which is what allocators are worst at.
///
/// Thread safety: any thread. A thread keeps a few for itself, so that most calls take no lock.
class event_pool {
public:
    /// An event that nobody refers to yet.
    [[nodiscard]] static published_event* make(event&& e);

    /// Takes an event that nobody refers to any more.
    static void recycle(published_event* e) noexcept;
};

}   // namespace detail
}   // namespace thump
