// Standard output, buffered until it is told to write.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace thump::cli {

/// The reader of the output went away, as `head` does: nothing is wrong, nothing is left to do.
struct output_closed : std::exception {
    [[nodiscard]] char const* what() const noexcept override
    {
        return "nobody reads the output any more";
    }
};

/// Collects text and writes it to a descriptor. Writing blocks while the reader is slow.
class output {
public:
    /// @param descriptor Stays open.
    explicit output(int descriptor) noexcept : descriptor_{descriptor} {}

    /// @throw as `flush`, which a large buffer causes.
    output& operator<<(std::string_view text);

    /// Writes what was collected.
    /// @throw output_closed The reader went away.
    /// @throw std::system_error It cannot be written, as when the disk is full.
    void flush();

private:
    int descriptor_;
    std::string buffer_;
};

}   // namespace thump::cli
