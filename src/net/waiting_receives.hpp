// Receives that are under way, in the order in which they began.
#pragma once

#include <net/parked_handler.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace thump::detail {

template <class Signature>
class waiting_receives;

/// Kept by a queue, and guarded by its lock.
template <class... Args>
class waiting_receives<void(Args...)> {
public:
    using handler_type = parked_handler<void(Args...)>;

    [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }

    /// @return what identifies the receive.
    std::uint64_t push(handler_type handler)
    {
        waiters_.push_back({next_id_, std::move(handler)});
        return next_id_++;
    }

    /// The one that began first. Requires: there is one.
    [[nodiscard]] handler_type pop()
    {
        auto first = std::move(waiters_.front().handler);
        waiters_.pop_front();
        return first;
    }

    /// One that is cancelled; nothing where it has been served.
    [[nodiscard]] std::optional<handler_type> take(std::uint64_t id)
    {
        auto const found = std::ranges::find(waiters_, id, &waiter::id);
        if (found == waiters_.end()) return std::nullopt;
        std::optional<handler_type> taken{std::move(found->handler)};
        waiters_.erase(found);
        return taken;
    }

private:
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
