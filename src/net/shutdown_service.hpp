// Knows who keeps handlers in an execution context, to break up what would outlive it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>
#include <mutex>
#include <unordered_set>

namespace thump::detail {

/// Somebody who keeps completion handlers that none of Asio's own services knows.
class handler_keeper {
public:
    /// Keeps it alive; null where it is already going.
    [[nodiscard]] virtual std::shared_ptr<void> share() noexcept = 0;
    virtual void destroy_handlers() = 0;

protected:
    ~handler_keeper() = default;
};

/// Has handlers destroyed as their context is destroyed.
///
/// A handler may own what it waits for: a coroutine's frame, say, that holds both a broker and a
/// subscription to it, or a client. Nobody else would ever destroy these. (Asio's own services do
/// the same for the operations on sockets and timers.)
class shutdown_service final : public boost::asio::execution_context::service {
public:
    using key_type = shutdown_service;
    static boost::asio::execution_context::id id;

    explicit shutdown_service(boost::asio::execution_context& context) : service{context} {}

    /// The service of the context that `ex` runs on.
    [[nodiscard]] static shutdown_service& of(boost::asio::any_io_executor const& ex);

    void add(handler_keeper& keeper);
    void remove(handler_keeper& keeper) noexcept;

private:
    void shutdown() override;

    std::mutex mutex_;
    std::unordered_set<handler_keeper*> keepers_;   // guarded by mutex_
};

}   // namespace thump::detail
