// The commands of thump, each in a file of its own.
#pragma once

#include <app/cli/options.hpp>
#include <app/cli/program.hpp>

namespace thump::cli {

awaitable<exit_code> execute(program& p, publish_options const& o);
awaitable<exit_code> execute(program& p, tail_options const& o);
awaitable<exit_code> execute(program& p, history_options const& o);
awaitable<exit_code> execute(program& p, types_options const& o);
awaitable<exit_code> execute(program& p, stats_options const& o);
awaitable<exit_code> execute(program& p, top_options const& o);
awaitable<exit_code> execute(program& p, bench_options const& o);

/// Prints what became of a published event.
void print_receipt(output& out, receipt const& given, bool json);

/// Publishes the events that standard input has, one a line.
awaitable<exit_code> publish_lines(program& p, publish_options const& o);

/// Prints events from history, the oldest first.
/// @param limit The most events; 0: all.
/// @param fail_on_gap Whether it is a gap, not a failure, that history begins too late.
awaitable<exit_code> print_history(program& p, event_choice const& events, std::size_t limit,
                                   bool json, bool fail_on_gap);

}   // namespace thump::cli
