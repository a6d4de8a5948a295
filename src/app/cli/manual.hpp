// Manual pages and shell completions, made of the one description of the command line.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}   // namespace CLI

namespace thump::cli {

/// Fills in a page in the macros of man(7): in the place of a line `@SYNOPSIS@`, `@OPTIONS@` or
/// `@COMMANDS@` comes what the program says of itself.
[[nodiscard]] std::string manual_page(CLI::App const& app, std::string_view page);

/// A script for bash that completes commands, options, and values where they are known.
[[nodiscard]] std::string bash_completion(CLI::App const& app);

/// The same for zsh.
[[nodiscard]] std::string zsh_completion(CLI::App const& app);

}   // namespace thump::cli
