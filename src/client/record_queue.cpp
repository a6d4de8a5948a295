#include <client/record_queue.hpp>

#include <utility>
#include <variant>

namespace thump::client_side {

namespace asio = boost::asio;
using boost::system::error_code;

record_queue::record_queue(asio::any_io_executor const& ex, std::size_t capacity,
                           std::optional<thump::cursor> began, std::function<void()> on_room)
    : capacity_{capacity}
    , on_room_{std::move(on_room)}
    , service_{detail::shutdown_service::of(ex)}
    , place_{std::move(began)}
{
    service_.add(*this);
}

record_queue::~record_queue()
{
    service_.remove(*this);
}

void record_queue::await(waiter_list::handler_type handler)
{
    auto const slot = waiter_list::slot_of(handler);
    bool room;
    {
        std::lock_guard const lock{mutex_};
        auto const id = waiters_.push(std::move(handler));
        match_waiters();
        // Under the lock: once it is released, the operation may complete and its slot be gone.
        if (!waiters_.empty()) detail::cancel_by(slot, weak_from_this(), id);
        room = room_to_tell();
    }
    if (room) on_room_();
}

std::optional<stream_record> record_queue::try_receive(error_code& ec)
{
    std::optional<stream_record> next;
    bool room;
    ec.clear();
    {
        std::lock_guard const lock{mutex_};
        // Receives that are under way come first.
        if (!waiters_.empty()) return std::nullopt;
        if (!entries_.empty())
            next = take_front();
        else
            ec = failure_.code;
        room = room_to_tell();
    }
    if (room) on_room_();
    return next;
}

stream_record record_queue::take_front()
{
    auto [record, seq] = std::move(entries_.front());
    entries_.pop_front();
    if (auto const* const connected = std::get_if<stream_connected>(&record))
        place_.enter(connected->epoch);
    if (seq) place_.move(*seq);
    return std::move(record);
}

void record_queue::match_waiters()
{
    waiters_.serve([this] { return !entries_.empty(); }, [this] { return take_front(); },
                   [this] { return failure_.code; });
}

// Whether there is room for whoever was refused it. Says so once.
bool record_queue::room_to_tell() noexcept
{
    return entries_.size() < capacity_ && std::exchange(room_wanted_, false);
}

void record_queue::cancel(std::uint64_t waiter_id)
{
    std::lock_guard const lock{mutex_};
    waiters_.cancel(waiter_id);
}

std::optional<cursor> record_queue::cursor() const
{
    std::lock_guard const lock{mutex_};
    return place_.get();
}

error record_queue::failure() const
{
    std::lock_guard const lock{mutex_};
    return failure_;
}

void record_queue::push(stream_record record, std::optional<std::uint64_t> seq)
{
    std::lock_guard const lock{mutex_};
    if (failure_.code) return;   // closed meanwhile
    entries_.push_back({std::move(record), seq});
    match_waiters();
}

bool record_queue::has_room()
{
    std::lock_guard const lock{mutex_};
    room_wanted_ = entries_.size() >= capacity_;
    return !room_wanted_;
}

void record_queue::end(error why)
{
    std::lock_guard const lock{mutex_};
    if (!failure_.code) failure_ = std::move(why);
    match_waiters();
}

void record_queue::close(error why)
{
    std::deque<entry> lost;
    std::lock_guard const lock{mutex_};
    lost.swap(entries_);
    if (!failure_.code) failure_ = std::move(why);
    match_waiters();
}

void record_queue::destroy_handlers()
{
    decltype(waiters_) doomed;
    std::lock_guard const lock{mutex_};
    std::swap(doomed, waiters_);
}

}   // namespace thump::client_side
