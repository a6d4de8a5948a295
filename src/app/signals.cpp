#include <app/signals.hpp>

#include <app/log.hpp>

#include <boost/system/error_code.hpp>

#include <csignal>
#include <cstdlib>
#include <string>

namespace thump::app {

stop_signals::stop_signals(boost::asio::io_context& ioc, server& s)
    : ioc_{ioc}, server_{s}, signals_{ioc, SIGTERM, SIGINT}
{
    wait();
}

void stop_signals::wait()
{
    signals_.async_wait([this](boost::system::error_code ec, int number) {
        if (!ec) on_signal(number);
    });
}

void stop_signals::on_signal(int number)
{
    auto const name = std::string{number == SIGINT ? "SIGINT" : "SIGTERM"};
    if (draining_) {
        write_log(log_level::warning, name + " again, ending at once");
        finish_log();
        std::_Exit(128 + number);
    }
    draining_ = true;
    write_log(log_level::info, name + ", draining");
    server_.async_drain([this](boost::system::error_code) { ioc_.stop(); });
    wait();
}

}   // namespace thump::app
