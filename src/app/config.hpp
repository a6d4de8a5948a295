// The configuration of thumpd, as values.
#pragma once

#include <thump/broker_options.hpp>
#include <thump/server.hpp>
#include <thump/server_options.hpp>

#include <cstdint>
#include <stdexcept>

namespace thump::app {

/// How a line of the log is written.
enum class log_format : std::uint8_t {
    text,   ///< `2024-05-01T12:00:00.000Z info listening on …`
    json,   ///< `{"time":"2024-05-01T12:00:00.000Z","level":"info","message":"listening on …"}`
};

/// Options of the log, which goes to the standard error stream.
struct log_options {
    log_level level = log_level::info;   ///< the least grave level that is written
    log_format format = log_format::text;
};

/// All that can be configured. A default-made one holds the defaults.
struct config {
    broker_options broker = {};
    server_options server = {};
    log_options log = {};
};

/// The configuration is wrong; `what()` says where and how in one line, as in
/// `thumpd.json:12: key 'server.max_body_bytes': expected an integer from 1024 to 67108864`.
class config_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}   // namespace thump::app
