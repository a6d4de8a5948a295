// A client's connection: a socket that does not block, its handshake, what waits to be sent.
#pragma once

#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace load {

class connection;

/// Waits for sockets. Plain epoll: whatever the client costs, the server waits for it.
class poller {
public:
    poller();
    ~poller();
    poller(poller const&) = delete;
    poller& operator=(poller const&) = delete;

    void watch(connection& c, bool fresh);

    /// Serves what is ready, and waits for it no longer than this.
    void poll(std::int64_t timeout_ns);

    /// The time at which the bytes being looked at were read.
    [[nodiscard]] std::uint64_t read_at() const noexcept { return read_at_; }

private:
    friend class connection;
    int const epoll_;
    std::uint64_t read_at_ = 0;
};

/// Nanoseconds on a clock that only goes forward.
[[nodiscard]] std::uint64_t now_ns() noexcept;

class connection {
public:
    /// How a connection is set up.
    struct plan {
        endpoint const& to;
        std::string_view subprotocol = {};
        std::uint32_t from = 0;   ///< address to connect from; 0: any
        int receive_buffer = 0;   ///< 0: the system's choice
        bool asks = false;        ///< whether it begins with a GET
        bool deflate = false;     ///< whether it offers permessage-deflate
    };

    connection(poller& p, plan const& how);
    virtual ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    enum class state { connecting, asking, open, closed };
    [[nodiscard]] bool is(state s) const noexcept { return state_ == s; }
    [[nodiscard]] bool under_way() const noexcept
    {
        return state_ == state::connecting || state_ == state::asking;
    }

    /// What waits to be sent; `flush` sends it.
    [[nodiscard]] std::string& out() noexcept { return out_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return out_.size() - sent_; }
    void flush();

    void pause_reading(bool paused);

    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    [[nodiscard]] std::uint64_t reads() const noexcept { return reads_; }

protected:
    /// Looks at bytes that have arrived.
    /// @return how many are done with; the rest comes again, with more behind it.
    virtual std::size_t on_bytes(std::span<char const> bytes) = 0;
    virtual void on_open() = 0;
    virtual void on_closed() = 0;

    [[nodiscard]] poller& home() noexcept { return poller_; }

private:
    friend class poller;

    void on_ready(std::uint32_t events);
    void on_connected();
    void on_readable();
    std::size_t read_response_head(std::span<char const> bytes);
    void opened();
    void close();

    poller& poller_;
    endpoint const& to_;
    std::string request_;
    int socket_ = -1;
    state state_ = state::connecting;
    bool paused_ = false;
    bool blocked_ = true;   // waits for the socket to take more
    std::string out_;
    std::size_t sent_ = 0;
    std::string unread_;   // the beginning of a message
    std::uint64_t bytes_read_ = 0;
    std::uint64_t reads_ = 0;
};

}   // namespace load
