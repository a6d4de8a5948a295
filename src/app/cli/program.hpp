// What every command has at hand.
#pragma once

#include <app/cli/exit_code.hpp>
#include <app/cli/options.hpp>
#include <app/cli/output.hpp>
#include <app/cli/terminal.hpp>

#include <thump/client.hpp>
#include <thump/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <string_view>

namespace thump::cli {

template <class T>
using awaitable = boost::asio::awaitable<T>;

inline constexpr auto completion = boost::asio::as_tuple(boost::asio::use_awaitable);

/// The one context, server and terminal that a command works with. All of it runs on one thread.
struct program {
    /// @throw std::invalid_argument The URL or the token cannot be read.
    program(server_choice const& server, client_options options);

    /// Ends the command early and in good order: what it waits for is cancelled.
    void end_early();

    /// Writes a line of JSON: as it is, but on a terminal with control characters escaped.
    /// @throw as `output::flush`.
    void print_json(std::string_view json);

    terminal term = terminal::detect();
    output out;   // what the context still holds when it goes may write its last to it
    std::string url;
    boost::asio::io_context ioc{1};
    boost::asio::cancellation_signal cancelled;
    bool ended_early = false;
    client server;
};

/// Runs a command to its end.
/// @return its exit code.
[[nodiscard]] int run(command_line const& line);

/// Tells on standard error what went wrong, in one sentence that says what to do. Nothing went
/// wrong where the command is being ended early.
/// @return the exit code that goes with it.
exit_code complain(program const& p, error const& why);

/// Writes a line to standard error, with the program's name in front.
void say(std::string_view sentence);

/// Writes to standard error, whether or not anybody reads it.
void write_error_text(std::string_view text);

}   // namespace thump::cli
