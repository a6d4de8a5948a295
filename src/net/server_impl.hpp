// The server behind its handle: listener, connections, and how they end.
#pragma once

#include <net/broker_impl.hpp>
#include <net/journal.hpp>
#include <net/listener.hpp>
#include <net/parked_handler.hpp>
#include <net/refusals.hpp>
#include <net/routes.hpp>
#include <net/shard.hpp>

#include <thump/server.hpp>
#include <thump/server_options.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <memory>

namespace thump::detail {

class server_impl : public std::enable_shared_from_this<server_impl> {
public:
    using drain_handler = parked_handler<void(boost::system::error_code)>;

    server_impl(std::shared_ptr<broker_impl> broker, server_options options, log_sink log);

    /// Begins to listen. Once, right after construction.
    void start();

    // ---- Any thread.

    void drain(drain_handler handler);
    void close();

    [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const
    {
        return listener_->local_endpoint();
    }
    [[nodiscard]] std::size_t connection_count() const noexcept
    {
        return shard_->connection_count();
    }
    [[nodiscard]] broker_impl& broker() const noexcept { return *broker_; }

private:
    void on_accept(net::listener::socket_type socket);
    void wait_drained(std::shared_ptr<boost::asio::cancellation_signal> const& cancelled,
                      drain_handler handler);
    void begin_drain();
    void end_drain();
    void schedule_watch();

    std::shared_ptr<broker_impl> const broker_;
    server_options const options_;
    net::journal log_;
    net::refusals refusals_;
    net::routes routes_;
    std::shared_ptr<net::shard> const shard_;
    std::shared_ptr<net::listener> listener_;
    boost::asio::steady_timer watch_timer_;
    boost::asio::steady_timer drain_timer_;
    // Never expires. Those who wait for the end of the drain wait for its being cancelled: so they
    // are destroyed with their context, whatever they own.
    boost::asio::steady_timer drained_event_;
    bool draining_ = false;
    bool drained_ = false;
    boost::system::error_code drain_outcome_;   // once `drained_`
};

}   // namespace thump::detail
