// The configuration that takes effect: defaults, then the file, then the environment, then flags.
#pragma once

#include <app/config.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace thump::app {

/// Environment variables by name.
using environment = std::map<std::string, std::string, std::less<>>;

/// The variables of this process whose names begin with `THUMP_`.
[[nodiscard]] environment thump_environment();

/// Where a file sets keys: by `section.key`, as in `thumpd.json:7`.
using key_places = std::map<std::string, std::string, std::less<>>;

/// Applies the text of a configuration file.
/// @param name The file's name, for messages.
/// @throw config_error The text is wrong; `c` may then be changed in part.
key_places apply_text(config& c, std::string_view text, std::string_view name);

/// Reads a configuration file and applies it.
/// @throw config_error The file cannot be read, or as `apply_text`.
key_places apply_file(config& c, std::filesystem::path const& file);

/// Applies the variables that name a key (`THUMP_SERVER_MAX_BODY_BYTES`), and `THUMP_LISTEN`.
/// @return variables that begin like a key's (`THUMP_SERVER_…`) but name none: likely mistyped.
/// @throw config_error A value has the wrong type or is out of range.
std::vector<std::string> apply_environment(config& c, environment const& variables);

/// Applies the flag `--listen`.
/// @throw config_error `text` is no address and port.
void apply_listen_flag(config& c, std::string_view text);

/// Checks what no key can know alone.
/// @param places Where the file set what it set, for messages.
/// @throw config_error Two keys contradict one another.
void check_together(config const& c, key_places const& places = {});

/// Whether `to_text` explains each key in a comment above it.
enum class comments : bool { no, yes };

/// The configuration as the text of a file, in the table's order.
[[nodiscard]] std::string to_text(config c, comments with = comments::no);

}   // namespace thump::app
