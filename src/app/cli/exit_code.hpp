// Exit codes of thump.
#pragma once

namespace thump::cli {

/// What the shell is told. A signal that ends the program is reported by the shell as 128 plus the
/// signal's number, as in 130 for Ctrl-C.
enum exit_code : int {
    exit_success = 0,       ///< done; also when the reader of the output went away
    exit_failure = 1,       ///< the server refuses, or something went wrong on the way
    exit_usage = 2,         ///< the command line is wrong
    exit_gap = 3,           ///< events were lost, and `--fail-on-gap` is given
    exit_unreachable = 4,   ///< the server cannot be reached
};

}   // namespace thump::cli
