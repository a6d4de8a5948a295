// Keys as they are pressed, without waiting for the end of a line.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>

#include <termios.h>

namespace thump::cli {

/// Takes keys from the terminal on standard input, which shows none of them meanwhile, and gives it
/// back as it was. Where standard input is no terminal there are no keys. Interrupting is left to
/// the terminal.
class keyboard {
public:
    /// @param on_key Called for each byte that a key sends.
    keyboard(boost::asio::io_context& ioc, std::function<void(char)> on_key);
    ~keyboard();

    keyboard(keyboard const&) = delete;
    keyboard& operator=(keyboard const&) = delete;

private:
    void wait();
    void read();

    boost::asio::posix::stream_descriptor input_;
    std::function<void(char)> on_key_;
    termios before_{};
};

}   // namespace thump::cli
