// The pages that are built into the library.
#pragma once

#include <string_view>

namespace thump::net {

struct asset {
    std::string_view path;
    std::string_view content_type;
    std::string_view content;
};

/// The asset at `path`, as in `/app.js`, or null. Defined in a file that the build writes from
/// src/dashboard.
[[nodiscard]] asset const* find_asset(std::string_view path) noexcept;

}   // namespace thump::net
