#include <app/cli/output.hpp>

#include <app/cli/readiness.hpp>

#include <cerrno>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace thump::cli {
namespace {

constexpr std::size_t enough_bytes = std::size_t{64} << 10;

}   // namespace

output& output::operator<<(std::string_view text)
{
    buffer_ += text;
    if (buffer_.size() >= enough_bytes) flush();
    return *this;
}

void output::flush()
{
    std::string_view rest{buffer_};
    while (!rest.empty()) {
        auto const written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            throw output_closed{};
        } else if (errno == EAGAIN) {
            block_until_ready(descriptor_, POLLOUT);
        } else if (errno != EINTR) {
            throw std::system_error{errno, std::generic_category(), "cannot write the output"};
        }
    }
    buffer_.clear();
}

}   // namespace thump::cli
