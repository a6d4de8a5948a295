// The text of a configuration file: JSON (RFC 8259) with comments, and the line of every key.
//
//   file    = object, with comments wherever whitespace may stand
//   comment = "//" *<not LF> / "/*" *<not "*/"> "*/"
#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace thump::app {

/// A configuration file, read but not yet checked against the table of keys.
struct config_file {
    boost::json::object values;
    /// The line, counted from 1, on which each key stands; a key within a section is written
    /// `section.key`.
    std::map<std::string, std::size_t, std::less<>> lines;
};

/// Reads the text of a file.
/// @param name The file's name, for messages.
/// @throw config_error The text is not JSON, not an object, or names a key twice.
[[nodiscard]] config_file parse_config_file(std::string_view text, std::string_view name);

}   // namespace thump::app
