// Knows the brokers of an execution context, to break up what would outlive it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <unordered_set>

namespace thump::detail {

class broker_impl;

/// Destroys, as its context is destroyed, the handlers that wait for brokers there.
///
/// A handler may own what it waits for: a coroutine's frame, say, that holds both the broker and a
/// subscription to it. Nobody else would ever destroy these. (Asio's own services do the same for
/// the operations on sockets and timers.)
class broker_service final : public boost::asio::execution_context::service {
public:
    using key_type = broker_service;
    static boost::asio::execution_context::id id;

    explicit broker_service(boost::asio::execution_context& context) : service{context} {}

    /// The service of the context that `ex` runs on.
    [[nodiscard]] static broker_service& of(boost::asio::any_io_executor const& ex);

    void add(broker_impl& b);
    void remove(broker_impl& b) noexcept;

private:
    void shutdown() override;

    std::mutex mutex_;
    std::unordered_set<broker_impl*> brokers_;   // guarded by mutex_
};

}   // namespace thump::detail
