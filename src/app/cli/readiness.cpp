#include <app/cli/readiness.hpp>

#include <sys/epoll.h>
#include <unistd.h>

namespace thump::cli {

readiness::readiness(boost::asio::io_context& ioc, int descriptor, interest in)
{
    auto const poll = ::epoll_create1(EPOLL_CLOEXEC);
    if (poll == -1) return;
    epoll_event wanted{};
    // That the other end went away is always told.
    wanted.events = in == interest::input ? EPOLLIN : 0u;
    if (::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &wanted) == 0)
        poll_.emplace(ioc, poll);
    else
        ::close(poll);   // of files there is nothing to poll
}

}   // namespace thump::cli
