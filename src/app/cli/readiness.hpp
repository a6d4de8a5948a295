// Waiting for a standard stream, which other processes share.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace thump::cli {

/// What to wait for.
enum class interest : std::uint8_t {
    input,     ///< something can be read, or the end of it
    hang_up,   ///< the other end went away
};

/// Tells when a descriptor is ready, and leaves it as it is. Asio would make it non-blocking, and
/// with it the same stream in every process that has it open; so it is looked at through an epoll
/// instance of our own.
class readiness {
public:
    /// @param descriptor Stays open.
    readiness(boost::asio::io_context& ioc, int descriptor, interest in);

    /// Whether there is something to wait for: a file is always ready.
    [[nodiscard]] bool can_wait() const noexcept { return poll_.has_value(); }

    /// Completion signature: `void(error_code)`. Requires: `can_wait()`.
    template <class CompletionToken>
    auto async_wait(CompletionToken&& token)
    {
        return poll_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                 std::forward<CompletionToken>(token));
    }

private:
    std::optional<boost::asio::posix::stream_descriptor> poll_;
};

}   // namespace thump::cli
