#include <app/cli/line_reader.hpp>

#include <app/descriptor.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace thump::cli {
namespace {

constexpr std::size_t read_bytes = std::size_t{64} << 10;

}   // namespace

std::optional<std::string_view> line_reader::next()
{
    for (;;) {
        auto const end = buffer_.find('\n', scanned_);
        if (end != std::string::npos) {
            std::string_view const line{buffer_.data() + start_, end - start_};
            start_ = scanned_ = end + 1;
            ++number_;
            return line;
        }
        scanned_ = buffer_.size();
        if (scanned_ - start_ > max_line_bytes)
            throw std::length_error{"line " + std::to_string(number_ + 1) +
                                    " is longer than 1 MiB; an event must fit in one line of that"};
        if (!ended_ && read_more()) continue;
        if (start_ == buffer_.size()) return std::nullopt;
        std::string_view const line{buffer_.data() + start_, buffer_.size() - start_};
        start_ = buffer_.size();
        ++number_;
        return line;
    }
}

bool line_reader::ready() const noexcept
{
    return ended_ || buffer_.size() - start_ > max_line_bytes ||
           buffer_.find('\n', scanned_) != std::string::npos;
}

bool line_reader::read_more()
{
    buffer_.erase(0, start_);
    start_ = 0;
    scanned_ = buffer_.size();
    buffer_.resize(scanned_ + read_bytes);
    ssize_t got = 0;
    for (;;) {
        got = ::read(descriptor_, buffer_.data() + scanned_, read_bytes);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN)) break;
        if (errno == EAGAIN) app::block_until_ready(descriptor_, POLLIN);
    }
    if (got < 0)
        throw std::system_error{errno, std::generic_category(), "standard input cannot be read"};
    buffer_.resize(scanned_ + static_cast<std::size_t>(got));
    ended_ = got == 0;
    return !ended_;
}

}   // namespace thump::cli
