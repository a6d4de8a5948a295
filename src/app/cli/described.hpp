// What a description of a command line says of an option.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}   // namespace CLI

namespace thump::cli {

/// An option or positional argument, as it is told to people and shells.
struct described_option {
    std::vector<std::string> names;   ///< with their dashes, short ones first; empty: positional
    std::string value;                ///< what the value is called; empty: there is none
    std::string text;                 ///< one phrase
    std::string environment;          ///< the variable that stands in for it; empty: none
    bool repeatable = false;
};

/// Options in the order of their definition, those of help included; positional ones too.
[[nodiscard]] std::vector<described_option> options_of(CLI::App const& app);

/// Commands in the order of their definition.
[[nodiscard]] std::vector<CLI::App const*> commands_of(CLI::App const& app);

/// Values that an option is known to take, for completion; some are only examples.
[[nodiscard]] std::vector<std::string> values_of(described_option const& option);

}   // namespace thump::cli
