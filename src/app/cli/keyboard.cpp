#include <app/cli/keyboard.hpp>

#include <array>
#include <span>
#include <utility>

#include <unistd.h>

namespace thump::cli {

using boost::system::error_code;

keyboard::keyboard(boost::asio::io_context& ioc, std::function<void(char)> on_key)
    : input_{ioc}, on_key_{std::move(on_key)}
{
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    error_code ec;
    input_.assign(::dup(STDIN_FILENO), ec);
    if (ec) return;
    auto single_keys = before_;
    single_keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &single_keys);
    wait();
}

keyboard::~keyboard()
{
    if (input_.is_open()) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

// Waits rather than reads: Asio would make the terminal non-blocking, for whoever else has it open.
void keyboard::wait()
{
    input_.async_wait(input_.wait_read, [this](error_code ec) {
        if (!ec) read();
    });
}

void keyboard::read()
{
    std::array<char, 16> keys;
    auto const count = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (count <= 0) return;   // the terminal is gone
    for (auto const key : std::span{keys}.first(static_cast<std::size_t>(count)))
        on_key_(key);
    wait();
}

}   // namespace thump::cli
