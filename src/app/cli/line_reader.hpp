// Standard input, line by line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace thump::cli {

/// Reads lines from a descriptor, as they come. Lines end in LF; the last need not.
class line_reader {
public:
    /// The longest line, in bytes.
    static constexpr std::size_t max_line_bytes = std::size_t{1} << 20;

    /// @param descriptor Stays open.
    explicit line_reader(int descriptor) noexcept : descriptor_{descriptor} {}

    /// The next line, without its end. Blocks until there is one.
    /// @return nothing at the end of input. The line is valid until the next call.
    /// @throw std::system_error It cannot be read.
    /// @throw std::length_error The line is too long; the message tells which.
    [[nodiscard]] std::optional<std::string_view> next();

    /// Whether `next` would not block.
    [[nodiscard]] bool ready() const noexcept;

    /// Reads what has come, and waits for something if nothing has.
    /// @return false at the end of input.
    /// @throw std::system_error It cannot be read.
    bool read_more();

    /// The number of the last line, counted from 1.
    [[nodiscard]] std::size_t number() const noexcept { return number_; }

private:
    int descriptor_;
    std::string buffer_;
    std::size_t start_ = 0;     // of what was not yet given out
    std::size_t scanned_ = 0;   // no line end before here
    std::size_t number_ = 0;
    bool ended_ = false;
};

}   // namespace thump::cli
