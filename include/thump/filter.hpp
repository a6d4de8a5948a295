// Filters: which events a subscription wants.
#pragma once

#include <thump/detail/api.hpp>
#include <thump/error.hpp>
#include <thump/event.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thump {

inline constexpr std::size_t max_type_patterns = 64;         ///< of a filter
inline constexpr std::size_t max_metadata_conditions = 32;   ///< of a filter
inline constexpr std::size_t max_condition_values = 64;      ///< of a metadata condition

/// Wants a metadata key to hold one of some values.
struct metadata_condition {
    std::string key;                   ///< 1 to 1,024 bytes
    std::vector<std::string> any_of;   ///< 1 to 64 values of up to 1,024 bytes

    friend bool operator==(metadata_condition const&, metadata_condition const&) = default;
};

/// A pattern over the tokens of an event type: `*` stands for exactly one token, `>` at the end for
/// one or more, anything else for itself. `task.*` matches `task.failed`; `>` matches every type.
/// (The subject wildcards of NATS.)
class THUMP_API type_pattern {
public:
    /// Reads a pattern.
    /// @return the pattern, or `errc::invalid_parameter` with a sentence that names the fault.
    static result<type_pattern> parse(std::string_view text);

    /// Whether `type` (valid by `is_valid_type`) fits the pattern.
    [[nodiscard]] bool matches(std::string_view type) const noexcept;

    /// The pattern as it was written.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }

    friend bool operator==(type_pattern const&, type_pattern const&) = default;

private:
    explicit type_pattern(std::string_view text) : text_{text} {}

    std::string text_;
};

/// Whether `type` follows the grammar of event types: 1 to 255 bytes, dot-separated tokens of
/// `[A-Za-z0-9_-]+`.
[[nodiscard]] THUMP_API bool is_valid_type(std::string_view type) noexcept;

/// Type patterns, any of which must match, and metadata conditions, all of which must hold.
/// A value; two filters that were made of the same conditions in another order compare equal.
class THUMP_API filter {
public:
    /// Matches every event.
    filter();

    /// Makes a filter of patterns (none: every type) and conditions.
    /// @return the filter, or `errc::invalid_parameter` with a sentence that names the fault.
    static result<filter> make(std::span<std::string const> patterns,
                               std::span<metadata_condition const> conditions = {});

    [[nodiscard]] bool matches(event const& e) const noexcept;               ///< type and metadata
    [[nodiscard]] bool matches_type(std::string_view type) const noexcept;   ///< the type alone
    [[nodiscard]] bool matches_metadata(metadata const& m) const noexcept;   ///< metadata alone
    /// Of types, sorted; at least one.
    [[nodiscard]] std::span<type_pattern const> patterns() const noexcept { return patterns_; }
    [[nodiscard]] std::span<metadata_condition const> conditions() const noexcept
    {
        return conditions_;
    }   ///< sorted by key

    /// The filter in one line: `node.down,task.failed meta.region=eu`. Equal filters have the same
    /// text, different filters different ones: what separates the parts is percent-encoded in them.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(filter const&, filter const&) = default;

private:
    std::vector<type_pattern> patterns_;           // sorted, at least one
    std::vector<metadata_condition> conditions_;   // sorted by key, each with sorted values
};

}   // namespace thump
