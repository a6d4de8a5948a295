// Whether a text is JSON at all.
#pragma once

#include <thump/error.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace thump::wire {

/// What makes `text` no JSON (RFC 8259), with its offset: `errc::invalid_json`, `invalid_utf8` or
/// `json_too_deep`; nothing where it is JSON.
///
/// For texts that were refused for what they say: a text that is not even JSON is better told so.
[[nodiscard]] std::optional<error> find_syntax_fault(std::string_view text, std::size_t max_depth);

}   // namespace thump::wire
