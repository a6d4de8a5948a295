// One key of the configuration: where its value lives and what it may be.
#pragma once

#include <app/config.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace thump::app {

/// Finds the value inside a configuration.
template <class T>
using field = T* (*)(config&);

/// A whole number within bounds.
struct integer_kind {
    field<std::size_t> at;
    std::size_t min;
    std::size_t max;
};

/// A duration within bounds; a string such as `"10s"`. It must be a whole number of `Duration`.
template <class Duration>
struct duration_kind {
    field<Duration> at;
    std::chrono::milliseconds min;
    std::chrono::milliseconds max;
};
using milliseconds_kind = duration_kind<std::chrono::milliseconds>;
using seconds_kind = duration_kind<std::chrono::seconds>;

/// `true` or `false`.
struct flag_kind {
    field<bool> at;
};

/// A string of some form.
struct text_kind {
    field<std::string> at;
    bool (*valid)(std::string_view);
    std::string_view form;   ///< what is expected, as in "a URI-reference"
};

/// Any number of strings of some form.
struct list_kind {
    field<std::vector<std::string>> at;
    bool (*valid)(std::string_view);
    std::string_view form;
};

/// One of some names, which stand in the order of the enumerators that they name.
struct choice_kind {
    std::size_t (*load)(config&);
    void (*store)(config&, std::size_t);
    std::span<std::string_view const> names;
};

/// A key. The table of all of them (`config_keys`) drives the file, the environment, what
/// `--print-config` prints and `conf/thumpd.json`.
struct config_key {
    std::string_view section;   ///< as in `server`
    std::string_view name;      ///< as in `max_body_bytes`
    std::string_view help;      ///< what it does, in a sentence
    std::variant<integer_kind, milliseconds_kind, seconds_kind, flag_kind, text_kind, list_kind,
                 choice_kind>
        kind;
};

/// The key as messages write it: `server.max_body_bytes`.
[[nodiscard]] std::string path(config_key const& key);

/// The environment variable that overrides it: `THUMP_SERVER_MAX_BODY_BYTES`.
[[nodiscard]] std::string variable(config_key const& key);

/// What a value of the key must be: `an integer from 1 to 1000000`.
[[nodiscard]] std::string expected(config_key const& key);

/// Sets the key's value.
/// @return false, with `c` unchanged, where `v` has the wrong type or is out of range.
[[nodiscard]] bool assign(config& c, config_key const& key, boost::json::value const& v);

/// Sets the key's value from bare text, as it stands in an environment variable or a flag: a list's
/// strings are separated by commas, nothing is quoted.
/// @return as the other `assign`.
[[nodiscard]] bool assign(config& c, config_key const& key, std::string_view text);

/// The key's value in `c`, in the form that `assign` takes.
[[nodiscard]] boost::json::value show(config& c, config_key const& key);

}   // namespace thump::app
