#include <support/socket_faults.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

namespace thump::test {
namespace {

struct rules {
    socket_faults::rule send;
    socket_faults::rule receive;
    std::size_t faults = 0;
};

rules& active()
{
    static rules the_rules;
    return the_rules;
}

// What passes of `offered` bytes; below 0: errno is set.
long allow(socket_faults::rule const& rule, std::size_t offered)
{
    if (!rule || offered == 0) return static_cast<long>(offered);
    auto const allowed = rule(offered);
    if (allowed >= static_cast<long>(offered)) return static_cast<long>(offered);
    ++active().faults;
    if (allowed > 0) return allowed;
    errno = allowed == 0 ? EAGAIN : static_cast<int>(-allowed);
    return -1;
}

}   // namespace

socket_faults::socket_faults(rule on_send, rule on_receive)
{
    active() = {std::move(on_send), std::move(on_receive)};
}

socket_faults::~socket_faults()
{
    active() = {};
}

std::size_t socket_faults::count() const noexcept
{
    return active().faults;
}

}   // namespace thump::test

extern "C" {

ssize_t __real_send(int, void const*, size_t, int);
ssize_t __real_sendmsg(int, msghdr const*, int);
ssize_t __real_recv(int, void*, size_t, int);

ssize_t __wrap_send(int socket, void const* data, size_t size, int flags)
{
    using namespace thump::test;
    auto const allowed = allow(active().send, size);
    if (allowed < 0) return -1;
    return __real_send(socket, data, static_cast<size_t>(allowed), flags);
}

ssize_t __wrap_sendmsg(int socket, msghdr const* message, int flags)
{
    using namespace thump::test;
    std::size_t size = 0;
    for (std::size_t i = 0; i < message->msg_iovlen; ++i)
        size += message->msg_iov[i].iov_len;
    auto const allowed = allow(active().send, size);
    if (allowed < 0) return -1;

    std::array<iovec, 64> pieces;
    auto cut = *message;
    cut.msg_iov = pieces.data();
    cut.msg_iovlen = 0;
    for (auto left = static_cast<std::size_t>(allowed); left > 0; ++cut.msg_iovlen) {
        auto& piece = pieces.at(cut.msg_iovlen) = message->msg_iov[cut.msg_iovlen];
        piece.iov_len = std::min(piece.iov_len, left);
        left -= piece.iov_len;
    }
    return __real_sendmsg(socket, &cut, flags);
}

ssize_t __wrap_recv(int socket, void* data, size_t size, int flags)
{
    using namespace thump::test;
    auto const allowed = allow(active().receive, size);
    if (allowed < 0) return -1;
    return __real_recv(socket, data, static_cast<size_t>(allowed), flags);
}

}   // extern "C"
