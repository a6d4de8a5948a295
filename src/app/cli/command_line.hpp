// Reading the command line of thump.
#pragma once

#include <app/cli/exit_code.hpp>
#include <app/cli/options.hpp>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
}   // namespace CLI

namespace thump::cli {

/// Options as they are written, before they are understood.
struct written_options {
    command_line line;
    std::vector<std::string> types;
    std::vector<std::string> where;
    std::vector<std::string> metadata;
    std::string since;
    std::string until;
    std::string overflow;
    std::string timestamp;
    double interval = 1;
    bool no_follow = false;
    publish_options publish;
    tail_options tail;
    history_options history;
    types_options show_types;
    stats_options stats;
    top_options top;
    bench_options bench;
};

/// The one description of the program's commands and options: what is parsed, and what help, manual
/// and completions are made of.
/// @param to Where parsing puts the values. Must outlive the result.
[[nodiscard]] std::unique_ptr<CLI::App> describe_commands(written_options& to);

/// Reads the command line.
/// @return what it asks for, or an exit code where it was answered (`--help`, `--version`) or
/// refused, either with text already printed.
[[nodiscard]] std::variant<command_line, exit_code> parse_command_line(int argc,
                                                                       char const* const* argv);

}   // namespace thump::cli
