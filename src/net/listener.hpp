// Accepting connections.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <string>

namespace thump::net {

/// Listens on one address and hands over what connects. When that fails, as the process or the
/// system has run out of descriptors or memory, it waits a little and goes on.
class listener : public std::enable_shared_from_this<listener> {
public:
    using socket_type = boost::asio::ip::tcp::socket;
    using on_accept = std::function<void(socket_type)>;
    using on_failure = std::function<void(boost::system::error_code)>;

    /// Binds and listens.
    /// @param ex The strand of everything that is accepted.
    /// @param address As `server_options::listen`.
    /// @param failed Called each time that accepting fails.
    /// @throw boost::system::system_error with the address in its message.
    listener(boost::asio::any_io_executor ex, std::string const& address, on_accept accepted,
             on_failure failed);

    void start();

    /// Stops listening. Harmless when it has stopped.
    void stop();

    [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const { return local_; }

private:
    void accept();
    void on_accepted(boost::system::error_code ec, socket_type socket);

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer backoff_;
    on_accept accepted_;
    on_failure failed_;
    boost::asio::ip::tcp::endpoint local_;
};

}   // namespace thump::net
