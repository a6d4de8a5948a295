// Receives that are under way, and waits for them, in the order in which they began.
#pragma once

#include <net/parked_handler.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>
#include <variant>

namespace thump::detail {

/// Receives, and waits for something to receive. Kept by a queue of `Record`s, and guarded by its
/// lock.
template <class Record>
class waiting_receives {
public:
    using receive_handler = parked_handler<void(boost::system::error_code, Record)>;
    using wait_handler = parked_handler<void(boost::system::error_code)>;
    using handler_type = std::variant<receive_handler, wait_handler>;

    [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }

    /// @return what identifies the operation.
    std::uint64_t push(handler_type handler)
    {
        waiters_.push_back({next_id_, std::move(handler)});
        return next_id_++;
    }

    /// Completes the first, and those behind it, for as long as there is something for them. A
    /// receive takes a record; a wait leaves it to whoever comes next.
    ///
    /// @param ready `bool()`: whether a record is there.
    /// @param take `Record()`: takes the next. Called only when one is ready.
    /// @param end `error_code()`: why none will follow, or none. Called only when none is ready.
    template <class Ready, class Take, class End>
    void serve(Ready ready, Take take, End end)
    {
        while (!waiters_.empty()) {
            bool const some = ready();
            auto const ec = some ? boost::system::error_code{} : end();
            if (!some && !ec) return;
            auto first = std::move(waiters_.front().handler);
            waiters_.pop_front();
            if (auto* const receive = std::get_if<receive_handler>(&first); receive && some)
                receive->complete({}, take());
            else
                tell(first, ec);
        }
    }

    /// Completes one that still waits with `operation_aborted`.
    void cancel(std::uint64_t id)
    {
        auto const found = std::ranges::find(waiters_, id, &waiter::id);
        if (found == waiters_.end()) return;
        auto cancelled = std::move(found->handler);
        waiters_.erase(found);
        tell(cancelled, boost::asio::error::operation_aborted);
    }

    [[nodiscard]] static boost::asio::cancellation_slot slot_of(handler_type const& handler)
    {
        return std::visit([](auto const& h) { return h.cancellation_slot(); }, handler);
    }

private:
    // Completes without a record.
    static void tell(handler_type& handler, boost::system::error_code ec)
    {
        if (auto* const wait = std::get_if<wait_handler>(&handler))
            wait->complete(ec);
        else
            std::get<receive_handler>(handler).complete(ec, Record{});
    }

    struct waiter {
        std::uint64_t id;
        handler_type handler;
    };

    std::list<waiter> waiters_;
    std::uint64_t next_id_ = 0;
};

/// Has a signal call `cancel(id)` of a queue, if that is still there.
template <class Queue>
void cancel_by(boost::asio::cancellation_slot slot, std::weak_ptr<Queue> queue, std::uint64_t id)
{
    if (!slot.is_connected()) return;
    slot.assign([queue = std::move(queue), id](boost::asio::cancellation_type type) {
        if (type == boost::asio::cancellation_type::none) return;
        if (auto const self = queue.lock()) self->cancel(id);
    });
}

}   // namespace thump::detail
