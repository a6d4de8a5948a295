#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>
#include <vector>

namespace load {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} << 10;

[[noreturn]] void fail(char const* what)
{
    throw std::system_error{errno, std::system_category(), what};
}

sockaddr_in address_of(std::uint32_t address, std::uint16_t port)
{
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = htons(port);
    made.sin_addr.s_addr = htonl(address);
    return made;
}

void set_option(int socket, int level, int name, int value)
{
    if (setsockopt(socket, level, name, &value, sizeof value) != 0) fail("setsockopt");
}

int open_socket(connection::plan const& how)
{
    int const made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) fail("socket");
    set_option(made, IPPROTO_TCP, TCP_NODELAY, 1);
    if (how.receive_buffer > 0) set_option(made, SOL_SOCKET, SO_RCVBUF, how.receive_buffer);
    if (how.from != 0) {
        set_option(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        auto const from = address_of(how.from, 0);
        if (bind(made, reinterpret_cast<sockaddr const*>(&from), sizeof from) != 0) fail("bind");
    }
    auto const to = address_of(how.to.address, how.to.port);
    int const done = connect(made, reinterpret_cast<sockaddr const*>(&to), sizeof to);
    if (done != 0 && errno != EINPROGRESS) fail("connect");
    return made;
}

std::string make_request(connection::plan const& how)
{
    if (!how.asks) return {};
    std::string text = "GET " + how.to.path + " HTTP/1.1\r\nHost: " + how.to.host + "\r\n";
    if (how.to.via == transport::http) return text + "Accept: text/event-stream\r\n\r\n";
    text += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if (!how.subprotocol.empty())
        text.append("Sec-WebSocket-Protocol: ").append(how.subprotocol).append("\r\n");
    if (how.deflate)
        text += "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                "client_no_context_takeover\r\n";
    return text + "\r\n";
}

}   // namespace

std::uint64_t now_ns() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

// ---------------------------------------------------------------- poller

poller::poller() : epoll_{epoll_create1(EPOLL_CLOEXEC)}
{
    if (epoll_ < 0) fail("epoll_create1");
}

poller::~poller()
{
    ::close(epoll_);
}

void poller::watch(connection& c, bool fresh)
{
    epoll_event wanted{};
    wanted.data.ptr = &c;
    if (!c.paused_) wanted.events |= EPOLLIN;
    if (c.blocked_) wanted.events |= EPOLLOUT;
    if (epoll_ctl(epoll_, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, c.socket_, &wanted) != 0)
        fail("epoll_ctl");
}

void poller::poll(std::int64_t timeout_ns)
{
    static std::array<epoll_event, 1024> ready;
    timespec const timeout{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
    int const count =
        epoll_pwait2(epoll_, ready.data(), static_cast<int>(ready.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
        auto const& event = ready[static_cast<std::size_t>(i)];
        static_cast<connection*>(event.data.ptr)->on_ready(event.events);
    }
}

// ---------------------------------------------------------------- connection

connection::connection(poller& p, plan const& how)
    : poller_{p}, to_{how.to}, request_{make_request(how)}, socket_{open_socket(how)}
{
    poller_.watch(*this, true);
}

connection::~connection()
{
    if (socket_ >= 0) ::close(socket_);
}

void connection::on_ready(std::uint32_t events)
{
    if (state_ == state::closed) return;
    if (state_ == state::connecting) return on_connected();
    if (events & EPOLLOUT) flush();
    if (state_ != state::closed && (events & (EPOLLIN | EPOLLERR | EPOLLHUP))) on_readable();
}

void connection::on_connected()
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return close();
    if (request_.empty()) return opened();
    state_ = state::asking;
    out_ = std::exchange(request_, {});
    flush();
}

void connection::opened()
{
    state_ = state::open;
    on_open();
    flush();
}

void connection::flush()
{
    if (state_ == state::connecting) return;
    while (waiting() > 0 && state_ != state::closed) {
        auto const size = send(socket_, out_.data() + sent_, waiting(), MSG_NOSIGNAL);
        if (size >= 0) {
            sent_ += static_cast<std::size_t>(size);
        } else if (errno == EAGAIN) {
            if (!std::exchange(blocked_, true)) poller_.watch(*this, false);
            return;
        } else if (errno != EINTR) {
            return close();
        }
    }
    out_.clear();
    sent_ = 0;
    if (state_ != state::closed && std::exchange(blocked_, false)) poller_.watch(*this, false);
}

void connection::pause_reading(bool paused)
{
    if (state_ == state::closed || std::exchange(paused_, paused) == paused) return;
    poller_.watch(*this, false);
}

// Reads behind what is left of the last time, so that a message is always in one piece.
void connection::on_readable()
{
    static std::vector<char> buffer;
    if (buffer.size() < unread_.size() + read_bytes) buffer.resize(unread_.size() + read_bytes);
    auto const size = recv(socket_, buffer.data() + unread_.size(), read_bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return close();
    poller_.read_at_ = now_ns();
    ++reads_;
    bytes_read_ += static_cast<std::uint64_t>(size);

    std::ranges::copy(unread_, buffer.begin());
    std::span<char const> bytes{buffer.data(), unread_.size() + static_cast<std::size_t>(size)};
    if (state_ == state::asking) bytes = bytes.subspan(read_response_head(bytes));
    if (state_ == state::open) bytes = bytes.subspan(on_bytes(bytes));
    if (bytes.empty() && unread_.capacity() > 1024)
        unread_ = std::string{};
    else
        unread_.assign(bytes.data(), bytes.size());
}

std::size_t connection::read_response_head(std::span<char const> bytes)
{
    std::string_view const text{bytes.data(), bytes.size()};
    auto const end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    auto const status = text.substr(text.find(' ') + 1, 3);
    if (status != (to_.via == transport::websocket ? "101" : "200"))
        close();
    else
        opened();
    return end + 4;
}

void connection::close()
{
    state_ = state::closed;
    ::close(std::exchange(socket_, -1));
    on_closed();
}

}   // namespace load
