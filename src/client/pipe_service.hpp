// Knows the pipes of an execution context, to break up what would outlive it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <unordered_set>

namespace thump::client_side {

class http_pipe;

/// Destroys, as its context is destroyed, the handlers that wait for answers there.
///
/// A handler may own what it waits for: a coroutine's frame, say, that holds the client. Nobody
/// else would ever destroy these.
class pipe_service final : public boost::asio::execution_context::service {
public:
    using key_type = pipe_service;
    static boost::asio::execution_context::id id;

    explicit pipe_service(boost::asio::execution_context& context) : service{context} {}

    /// The service of the context that `ex` runs on.
    [[nodiscard]] static pipe_service& of(boost::asio::any_io_executor const& ex);

    void add(http_pipe& p);
    void remove(http_pipe& p) noexcept;

private:
    void shutdown() override;

    std::mutex mutex_;
    std::unordered_set<http_pipe*> pipes_;   // guarded by mutex_
};

}   // namespace thump::client_side
