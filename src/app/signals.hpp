// SIGTERM and SIGINT: the first drains the server, the second ends the process at once.
#pragma once

#include <thump/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace thump::app {

/// Watches for the signals that ask the process to stop.
class stop_signals {
public:
    /// Begins to watch.
    /// @param ioc Runs the handlers and is stopped once `s` has drained. Must outlive this.
    /// @param s What to drain. Must outlive this.
    stop_signals(boost::asio::io_context& ioc, server& s);

private:
    void wait();
    void on_signal(int number);

    boost::asio::io_context& ioc_;
    server& server_;
    boost::asio::signal_set signals_;
    bool draining_ = false;
};

}   // namespace thump::app
