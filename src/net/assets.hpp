// The pages that are built into the library.
#pragma once

#include <string_view>

namespace thump::net {

struct asset {
    std::string_view path;   ///< as in `/app.js`
    std::string_view content_type;
    std::string_view etag;   ///< strong, with its quotes (RFC 9110 section 8.8.3)
    std::string_view content;
};

/// The asset at `path`, as in `/app.js`, or null; `/` is the dashboard. Defined in a file that the
/// build writes from src/dashboard and js.
[[nodiscard]] asset const* find_asset(std::string_view path) noexcept;

}   // namespace thump::net
