#include <core/event_pool.hpp>

#include <core/prefetch.hpp>

#include <thump/event_ptr.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace thump::detail {
namespace {

// An address sanitizer should see when an event is used after its end.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool keeps_events = false;
#elif defined(__has_feature)
constexpr bool keeps_events = !__has_feature(address_sanitizer);
#else
constexpr bool keeps_events = true;
#endif

// Events that pass between threads at a time.
constexpr std::size_t chain_length = 32;
// What all threads together keep beside what each has at hand: 3 MB at most.
constexpr std::size_t max_chains = 64;

// What one event may leave behind for the next. One that has more leaves nothing.
constexpr std::size_t kept_room = 1024;

// The bytes that its strings have room for.
std::size_t room_of(event const& e) noexcept
{
    auto room = e.type.capacity() + e.id.capacity() + e.message.capacity() + e.source.capacity() +
                e.data.capacity() + e.metadata.capacity() * sizeof(metadata::value_type);
    for (auto const& [key, value] : e.metadata)
        room += key.capacity() + value.capacity();
    return room;
}

struct chain {
    std::array<published_event*, chain_length> events;
    std::size_t size = 0;
};

}   // namespace

// What threads exchange. Never destroyed: events may outlive everything else.
class event_depot {
public:
    static event_depot& instance()
    {
        static auto& only = *new event_depot;
        return only;
    }

    bool put(chain const& full) noexcept
    {
        std::lock_guard const lock{mutex_};
        if (chains_.size() == max_chains) return false;
        chains_.push_back(full);
        return true;
    }

    bool take(chain& into) noexcept
    {
        std::lock_guard const lock{mutex_};
        if (chains_.empty()) return false;
        into = chains_.back();
        chains_.pop_back();
        return true;
    }

    static void destroy(published_event* e) noexcept { delete e; }

    static void note_room(published_event& e) noexcept { e.room_ = room_of(e); }

    // What the event says is mostly left as it is, to be overwritten: its memory has long left
    // the cache, and is better not looked at here.
    static void clean(published_event& e) noexcept
    {
        if (e.room_ > kept_room) {
            event const gone{std::move(static_cast<event&>(e))};
        }
        e.frames.clear();
        e.counts = nullptr;
        e.matching_filters = 0;
        e.references_.store(1, std::memory_order_relaxed);   // that of whom it is given to next
    }

private:
    event_depot() { chains_.reserve(max_chains); }

    std::mutex mutex_;
    std::vector<chain> chains_;
};

namespace {

// What a thread has at hand: one chain is used up or filled, a second one keeps it from going to
// the depot at every turn of the tide. Trivially destructible, so that it can be asked to the end.
struct shelf {
    chain open;
    chain spare;
    bool in_use = false;
    bool closed = false;   // the thread is ending
};

constinit thread_local shelf mine{};

struct shelf_closer {
    ~shelf_closer()
    {
        mine.closed = true;
        for (auto* const kept : {&mine.open, &mine.spare})
            for (std::size_t i = 0; i < kept->size; ++i)
                event_depot::destroy(kept->events[i]);
        mine.open.size = mine.spare.size = 0;
    }
};

shelf& this_shelf() noexcept
{
    if (!mine.in_use) {
        mine.in_use = true;
        static thread_local shelf_closer const closes_at_the_end;
        (void)closes_at_the_end;
    }
    return mine;
}

// What is to be taken after this one has been out of use for long, and may be of another thread.
void fetch_ahead(std::span<published_event* const> left) noexcept
{
    constexpr std::size_t ahead = 3;
    if (left.size() >= ahead) core::prefetch(*left[left.size() - ahead]);
    // By now the next one is here: what it points to can be fetched too.
    if (!left.empty()) core::prefetch_line(left.back()->metadata.begin().get_ptr());
}

published_event* take_from(shelf& s) noexcept
{
    if (s.open.size == 0) {
        if (s.spare.size == 0 && !event_depot::instance().take(s.spare)) return nullptr;
        std::swap(s.open, s.spare);
    }
    auto* const taken = s.open.events[--s.open.size];
    fetch_ahead(std::span{s.open.events}.first(s.open.size));
    return taken;
}

void put_on(shelf& s, published_event* e) noexcept
{
    if (s.open.size == chain_length) {
        if (s.spare.size == chain_length && !event_depot::instance().put(s.spare))
            return event_depot::destroy(e);
        std::swap(s.open, s.spare);
        s.open.size = 0;
    }
    s.open.events[s.open.size++] = e;
}

// One that was kept; null: there is none.
boost::intrusive_ptr<published_event> take_kept() noexcept
{
    auto* const kept = keeps_events && !mine.closed ? take_from(this_shelf()) : nullptr;
    return {kept, false};   // it has been given its first reference
}

template <class Event>
boost::intrusive_ptr<published_event> make_from(Event&& e)
{
    auto made = take_kept();
    if (made)
        static_cast<event&>(*made) = std::forward<Event>(e);
    else
        made = new published_event{event{std::forward<Event>(e)}};
    event_depot::note_room(*made);
    return made;
}

}   // namespace

boost::intrusive_ptr<published_event> event_pool::make(event&& e)
{
    return make_from(std::move(e));
}

boost::intrusive_ptr<published_event> event_pool::make(event const& e)
{
    return make_from(e);
}

void event_pool::recycle(published_event* e) noexcept
{
    if (!keeps_events || mine.closed) return event_depot::destroy(e);
    event_depot::clean(*e);
    put_on(this_shelf(), e);
}

}   // namespace thump::detail

void thump::published_event::recycle(published_event* e) noexcept
{
    detail::event_pool::recycle(e);
}
