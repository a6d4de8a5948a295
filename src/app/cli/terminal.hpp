// What is known of the terminal, if there is one.
#pragma once

#include <cstddef>

namespace thump::cli {

/// What the program may do with its standard streams.
struct terminal {
    bool output = false;   ///< standard output is a terminal
    bool errors = false;   ///< standard error is a terminal
    bool screen = false;   ///< standard output may be written to at any place
    bool colour = false;   ///< standard output may be coloured

    /// Looks at the standard streams and the environment. A screen is a terminal that is not
    /// `dumb`; colour needs one, and no `NO_COLOR` (no-color.org).
    [[nodiscard]] static terminal detect();
};

/// Columns and rows.
struct terminal_size {
    std::size_t columns = 80;
    std::size_t rows = 24;
};

/// The present size of the terminal on standard output; 80 by 24 where it is unknown.
[[nodiscard]] terminal_size size_of_terminal();

}   // namespace thump::cli
