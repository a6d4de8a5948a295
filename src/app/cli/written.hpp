// Understanding what is written on the command line of thump.
#pragma once

#include <app/cli/command_line.hpp>

#include <stdexcept>

namespace thump::cli {

/// A value on the command line that cannot be understood; one sentence that says what to write.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// @throw usage_error
[[nodiscard]] publish_options understand_publish(written_options const& w);
/// @throw usage_error
[[nodiscard]] tail_options understand_tail(written_options const& w);
/// @throw usage_error
[[nodiscard]] history_options understand_history(written_options const& w);
[[nodiscard]] top_options understand_top(written_options const& w);

}   // namespace thump::cli
