// Reading JSON (RFC 8259) from its front to its end, without building a tree.
#pragma once

#include <thump/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::wire {

/// The deepest nesting that a reader can be told to allow.
inline constexpr std::size_t max_json_nesting = 256;

enum class json_kind : std::uint8_t { none, object, array, string, number, boolean, null };

/// The kind with its article, as in `an object`; `nothing` for `none`.
[[nodiscard]] std::string_view to_string(json_kind kind) noexcept;

/// Pulls values from JSON text, one after the other, strictly by the grammar.
///
/// A function that returns false has met a fault, or (`next_…`) the end of the object or array;
/// after a fault, which `failed` tells apart, nothing more may be read. Nothing is allocated but
/// for strings with escapes.
///
/// Example:
///
///     json_reader in{text};
///     if (in.peek() == json_kind::object && in.begin())
///         for (std::string_view key; in.next_member(key);) ...
class json_reader {
public:
    /// @param text Must outlive the reader.
    explicit json_reader(std::string_view text) noexcept
        : begin_{text.data()}, at_{begin_}, end_{begin_ + text.size()}
    {
    }

    /// The kind of the value that comes next, by its first byte; `none` where none comes.
    [[nodiscard]] json_kind peek() noexcept;

    /// Enters the object or array that comes next. Requires: `peek` says that there is one.
    void begin() noexcept;

    /// Goes to the next member of the object that was entered, and past its colon.
    /// @param key Set to the name, which is valid until the next call that reads a string.
    [[nodiscard]] bool next_member(std::string_view& key);

    /// Goes to the next element of the array that was entered.
    [[nodiscard]] bool next_element() noexcept;

    /// Reads a string. Requires: `peek` says that there is one.
    /// @param value Set to the string, which is valid until the next call that reads a string.
    [[nodiscard]] bool read_string(std::string_view& value);

    /// Passes over a value of any kind, with everything in it.
    /// @param max_depth Arrays and objects that may stand in one another, 0 to `max_json_nesting`.
    /// @param text Set to the value's text.
    /// @param max_bytes A value that is longer is a fault, and not read much further.
    [[nodiscard]] bool skip_value(std::size_t max_depth, std::string_view& text,
                                  std::size_t max_bytes = SIZE_MAX) noexcept;

    /// Whether nothing but whitespace follows; anything else is a fault.
    [[nodiscard]] bool finish() noexcept;

    /// Offset of the next byte, or of the fault.
    [[nodiscard]] std::size_t offset() const noexcept
    {
        return static_cast<std::size_t>(at_ - begin_);
    }

    /// Whether a fault was met.
    [[nodiscard]] bool failed() const noexcept { return fault_ != fault::none; }

    /// What is wrong, with its offset: `errc::invalid_json`, `errc::invalid_utf8`,
    /// `errc::json_too_deep` or `errc::event_too_large`. Requires: `failed()`.
    [[nodiscard]] error failure() const;

private:
    enum class fault : std::uint8_t { none, syntax, utf8, surrogate, depth, length };
    class nesting;

    [[nodiscard]] char front() const noexcept { return at_ != end_ ? *at_ : '\0'; }
    bool fail(fault what, char const* expected = "") noexcept;
    void skip_space() noexcept;
    bool accept(char c) noexcept;
    bool separate(char close, char const* expected) noexcept;

    bool scan_string(std::string_view& raw, bool& escaped) noexcept;
    bool scan_escape() noexcept;
    bool scan_unicode_escape() noexcept;
    bool scan_hex(unsigned& unit) noexcept;
    bool scan_key() noexcept;
    bool scan_number() noexcept;
    bool scan_digits() noexcept;
    bool scan_word(std::string_view word) noexcept;
    bool scan_scalar() noexcept;
    bool scan_opening(nesting& open) noexcept;
    bool scan_closings(nesting& open) noexcept;

    char const* begin_;
    char const* at_;
    char const* end_;
    char const* expected_ = "";   // what would have been right at `at_`
    fault fault_ = fault::none;
    bool first_ = false;   // nothing of the object or array has been read yet
    std::string unescaped_;
};

}   // namespace thump::wire
