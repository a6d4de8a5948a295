#include <app/descriptor.hpp>

#include <cerrno>
#include <cstddef>

#include <poll.h>
#include <unistd.h>

namespace thump::app {

void block_until_ready(int descriptor, short events) noexcept
{
    pollfd wanted{descriptor, events, 0};
    ::poll(&wanted, 1, -1);
}

std::error_code write_all(int descriptor, std::string_view text) noexcept
{
    while (!text.empty()) {
        auto const written = ::write(descriptor, text.data(), text.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN)
            block_until_ready(descriptor, POLLOUT);
        else if (errno != EINTR)
            return {errno, std::generic_category()};
    }
    return {};
}

}   // namespace thump::app
