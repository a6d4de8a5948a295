// The other end of a connection: a bare socket that does exactly what a test tells it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace thump::test {

/// Sizes of the kernel's buffers, in bytes; 0: the system's.
struct socket_buffers {
    int receive = 0;
    int send = 0;
};

/// A TCP client on the loopback. It reads and writes only when told to, in pieces of the sizes it
/// is told; whatever has to wait gives up after `patience`, by an exception.
class peer {
public:
    /// What to do while waiting, a little at a time.
    using idle_function = std::function<void()>;

    /// @param idle None: wait for the socket itself, as a thread of its own does.
    explicit peer(std::uint16_t port, idle_function idle = {}, socket_buffers buffers = {});
    peer(peer&& other) noexcept;
    peer(peer const&) = delete;
    peer& operator=(peer const&) = delete;
    ~peer() { close(); }

    /// Sends all of it.
    void send(std::string_view bytes);

    /// Sends as much as the kernel takes at once, without waiting.
    /// @return how many bytes that was; 0 too where nobody is there any more.
    std::size_t try_send(std::string_view bytes);

    /// Takes what has arrived, without waiting, into `unread`.
    /// @return whether anything came.
    bool receive(std::size_t most = std::size_t{64} << 10);

    /// Waits for more, into `unread`. @return false where the stream has ended.
    bool receive_more();

    /// Bytes that arrived and were not taken by `read` or `read_past` yet.
    [[nodiscard]] std::string& unread() noexcept { return unread_; }

    /// Exactly `count` bytes.
    std::string read(std::size_t count);

    /// Everything up to and with `delimiter`.
    std::string read_past(std::string_view delimiter);

    /// Everything up to the end of the stream.
    std::string read_to_end();

    /// Whether the stream has ended, by a FIN or a reset.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] bool was_reset() const noexcept { return reset_; }

    void half_close();
    /// Closes with a FIN, or with a reset where something is unread.
    void close() noexcept;
    /// Closes with a reset.
    void reset();

private:
    template <class Condition>
    void wait(short events, Condition done);

    int socket_ = -1;
    idle_function idle_;
    std::string unread_;
    bool ended_ = false;
    bool reset_ = false;
    bool cut_off_ = false;   // in sending
};

}   // namespace thump::test
