// Errors as problem details (RFC 9457).
#pragma once

#include <thump/error.hpp>

#include <string>

namespace thump::wire {

/// Appends an error as an `application/problem+json` body: `type` (`urn:thump:error:NAME`),
/// `title`, `status` and `detail`, and `pointer`, `offset` and `index` where they are known.
void append_problem(std::string& out, error const& e);

/// The row of the error's code; codes of other categories have that of an unknown error.
[[nodiscard]] error_info const& describe(error const& e) noexcept;

/// Appends the members that tell the error's place, each with a comma before it: `detail`, and
/// `pointer`, `offset` and `index` where they are known.
void append_error_place(std::string& out, error const& e);

}   // namespace thump::wire
