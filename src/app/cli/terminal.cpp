#include <app/cli/terminal.hpp>

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace thump::cli {

terminal terminal::detect()
{
    auto const value = [](char const* name) {
        auto const* const text = std::getenv(name);
        return std::string_view{text ? text : ""};
    };
    terminal made;
    made.output = ::isatty(STDOUT_FILENO) == 1;
    made.errors = ::isatty(STDERR_FILENO) == 1;
    made.screen = made.output && value("TERM") != "dumb";
    made.colour = made.screen && value("NO_COLOR").empty();
    return made;
}

terminal_size size_of_terminal()
{
    winsize found{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0)
        return {};
    return {found.ws_col, found.ws_row};
}

}   // namespace thump::cli
