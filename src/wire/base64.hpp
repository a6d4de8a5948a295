// Base64 (RFC 4648, section 4).
#pragma once

#include <string_view>

namespace thump::wire {

/// Whether `text` can be decoded, read as MIME does (RFC 2045, section 6.8): characters outside of
/// the alphabet are passed over, and the padding may be missing. An empty text can; one that has
/// characters, but none of the alphabet, cannot.
[[nodiscard]] bool is_base64(std::string_view text) noexcept;

}   // namespace thump::wire
