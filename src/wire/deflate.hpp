// Compressing and expanding the payload of permessage-deflate (RFC 7692, section 7.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;   // zlib's

namespace thump::wire {

/// Compresses messages, each on its own: none refers to one before it.
///
/// It takes about 256 KiB, so one serves many connections. Not for two threads at once.
class deflater {
public:
    /// @throw std::bad_alloc
    deflater();
    ~deflater();
    deflater(deflater const&) = delete;
    deflater& operator=(deflater const&) = delete;

    /// Appends `message` compressed, without the four bytes that end every message (7.2.1).
    /// @throw std::bad_alloc
    void append(std::string& out, std::string_view message);

private:
    std::unique_ptr<z_stream_s> const stream_;
};

/// What became of a compressed message.
enum class inflate_result : std::uint8_t {
    whole,
    too_big,   ///< it expands to more than the limit; where it was found so, expanding ended
    broken,    ///< not what DEFLATE (RFC 1951) makes, or without its end
};

/// Expands messages, each on its own.
///
/// It takes about 60 KiB, so one serves many connections. Not for two threads at once.
class inflater {
public:
    /// @throw std::bad_alloc
    inflater();
    ~inflater();
    inflater(inflater const&) = delete;
    inflater& operator=(inflater const&) = delete;

    /// Appends what a message's payload expands to.
    /// @param max_bytes The most that may be appended. On failure less than that was.
    /// @throw std::bad_alloc
    [[nodiscard]] inflate_result append(std::string& out, std::string_view payload,
                                        std::size_t max_bytes);

private:
    class expansion;

    std::unique_ptr<z_stream_s> const stream_;
};

}   // namespace thump::wire
