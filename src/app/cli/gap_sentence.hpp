// A gap in words.
#pragma once

#include <thump/gap.hpp>

#include <string>

namespace thump::cli {

/// What was lost and why, as in `gap: 37 events lost, 1041-1099, queue full`.
[[nodiscard]] std::string gap_sentence(gap const& g);

}   // namespace thump::cli
