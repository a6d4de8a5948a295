#include <support/peer.hpp>

#include <support/run.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace thump::test {
namespace {

void check(int result, char const* what)
{
    if (result < 0) throw std::system_error{errno, std::generic_category(), what};
}

void set_size(int socket, int option, int bytes)
{
    if (bytes > 0)
        check(::setsockopt(socket, SOL_SOCKET, option, &bytes, sizeof bytes), "setsockopt");
}

}   // namespace

peer::peer(std::uint16_t port, idle_function idle, socket_buffers buffers) : idle_{std::move(idle)}
{
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(socket_, "socket");
    set_size(socket_, SO_RCVBUF, buffers.receive);   // before the window is agreed on
    set_size(socket_, SO_SNDBUF, buffers.send);
    int const on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to), "connect");
    check(::fcntl(socket_, F_SETFL, O_NONBLOCK), "fcntl");
}

peer::peer(peer&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}
    , idle_{std::move(other.idle_)}
    , unread_{std::move(other.unread_)}
    , ended_{other.ended_}
    , reset_{other.reset_}
    , cut_off_{other.cut_off_}
{
}

template <class Condition>
void peer::wait(short events, Condition done)
{
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error{"a peer waited in vain"};
        if (idle_) {
            idle_();
        } else {
            pollfd what{socket_, events, 0};
            ::poll(&what, 1, 20);
        }
    }
}

std::size_t peer::try_send(std::string_view bytes)
{
    auto const sent = ::sendto(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL, nullptr, 0);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EINTR) return 0;
    if (errno != EPIPE && errno != ECONNRESET)
        throw std::system_error{errno, std::generic_category(), "send"};
    cut_off_ = true;
    return 0;
}

void peer::send(std::string_view bytes)
{
    wait(POLLOUT, [&] {
        bytes.remove_prefix(try_send(bytes));
        if (cut_off_) throw std::runtime_error{"a peer cannot send: it was cut off"};
        return bytes.empty();
    });
}

bool peer::receive(std::size_t most)
{
    if (ended_) return false;
    auto const before = unread_.size();
    unread_.resize(before + most);
    auto const got = ::recvfrom(socket_, unread_.data() + before, most, 0, nullptr, nullptr);
    auto const fault = errno;
    unread_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) return true;
    if (got < 0 && (fault == EAGAIN || fault == EINTR)) return false;
    ended_ = true;
    reset_ = got < 0;
    return false;
}

bool peer::receive_more()
{
    bool came = false;
    wait(POLLIN, [&] { return (came = receive()) || ended_; });
    return came;
}

std::string peer::read(std::size_t count)
{
    while (unread_.size() < count)
        if (!receive_more()) throw std::runtime_error{"the stream ended too early: " + unread_};
    auto bytes = unread_.substr(0, count);
    unread_.erase(0, count);
    return bytes;
}

std::string peer::read_past(std::string_view delimiter)
{
    auto at = std::string::npos;
    while ((at = unread_.find(delimiter)) == std::string::npos)
        if (!receive_more()) throw std::runtime_error{"the stream ended too early: " + unread_};
    return read(at + delimiter.size());
}

std::string peer::read_to_end()
{
    while (receive_more()) {
    }
    return std::exchange(unread_, {});
}

void peer::half_close()
{
    check(::shutdown(socket_, SHUT_WR), "shutdown");
}

void peer::close() noexcept
{
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void peer::reset()
{
    linger const at_once{1, 0};
    check(::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "setsockopt");
    close();
}

}   // namespace thump::test
