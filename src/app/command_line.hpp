// The command line of thumpd.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace CLI {
class App;
}   // namespace CLI

namespace thump::app {

/// Exit codes of thumpd. A second SIGTERM or SIGINT ends it with 128 plus the signal's number.
enum exit_code : int {
    exit_success = 0,   ///< it was told to stop and everything was delivered in time
    exit_failure = 1,   ///< it could not run, as when the port is in use
    exit_usage = 2,     ///< the command line or the configuration is wrong
};

/// What the command line asks for.
struct command_line {
    std::optional<std::string> config_file;
    std::optional<std::string> listen;
    bool check_config = false;   ///< only check the configuration
    bool print_config = false;   ///< only print the configuration that would take effect
};

/// The one description of the options: what is parsed, and what help and manual are made of.
/// @param to Where parsing puts the values. Must outlive the result.
[[nodiscard]] std::unique_ptr<CLI::App> describe_options(command_line& to);

/// Reads the command line.
/// @return what it asks for, or an exit code where it was answered (`--help`, `--version`) or
/// refused, either with text already printed.
[[nodiscard]] std::variant<command_line, exit_code> parse_command_line(int argc,
                                                                       char const* const* argv);

}   // namespace thump::app
