// A kernel that takes and gives as little as a test wants.
#pragma once

#include <cstddef>
#include <functional>

namespace thump::test {

/// For its lifetime, says how much of each send and receive of the program passes. The program is
/// linked with `--wrap` for `send`, `sendmsg` and `recv`; `peer` does not pass through here.
class socket_faults {
public:
    /// Told the bytes offered; returns how many pass, 0 for EAGAIN, or -errno.
    using rule = std::function<long(std::size_t offered)>;

    explicit socket_faults(rule on_send, rule on_receive = {});
    socket_faults(socket_faults const&) = delete;
    socket_faults& operator=(socket_faults const&) = delete;
    ~socket_faults();

    /// Calls that did not pass whole.
    [[nodiscard]] std::size_t count() const noexcept;
};

}   // namespace thump::test
