// What the command line of thump asks for.
#pragma once

#include <thump/event.hpp>
#include <thump/filter.hpp>
#include <thump/position.hpp>
#include <thump/subscription_options.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace thump::cli {

/// Which server.
struct server_choice {
    std::string url = "http://127.0.0.1:8080";
    std::string token = {};
};

/// Which events.
struct event_choice {
    std::vector<std::string> types = {};
    std::vector<metadata_condition> where = {};
    std::optional<position> since = {};
    std::optional<position> until = {};
};

struct publish_options {
    event e = {};   ///< with `from_stdin`: what a line does not say
    bool from_stdin = false;
    bool quiet = false;
    bool json = false;
};

struct tail_options {
    event_choice events = {};
    bool follow = true;
    bool json = false;
    bool fail_on_gap = false;
    std::optional<std::size_t> count = {};   ///< events after which to end
    std::optional<std::size_t> queue = {};
    std::optional<thump::overflow> overflow = {};
    std::optional<std::string> key = {};
};

struct history_options {
    event_choice events = {};
    std::size_t limit = 100;   ///< 0: all
    bool json = false;
};

struct types_options {
    bool json = false;
};

struct stats_options {
    bool json = false;
};

struct top_options {
    std::chrono::milliseconds interval{1000};
    std::optional<std::size_t> count = {};   ///< refreshes after which to end
    bool json = false;
};

struct bench_options {
    std::size_t events = 10'000;   ///< to publish, 1 to 1,000,000
    std::size_t size = 200;        ///< bytes of each event's message, 0 to 60,000
    std::size_t subscribers = 1;   ///< 0 to 64
    std::size_t in_flight = 64;    ///< publishes without an answer, 1 to 1,000
    bool json = false;
};

using command = std::variant<publish_options, tail_options, history_options, types_options,
                             stats_options, top_options, bench_options>;

/// The whole command line.
struct command_line {
    server_choice server;
    cli::command command;
};

}   // namespace thump::cli
