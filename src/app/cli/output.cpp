#include <app/cli/output.hpp>

#include <app/descriptor.hpp>

#include <cstddef>
#include <system_error>

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
    auto const ec = app::write_all(descriptor_, buffer_);
    if (ec == std::errc::broken_pipe) throw output_closed{};
    if (ec) throw std::system_error{ec, "cannot write the output"};
    buffer_.clear();
}

}   // namespace thump::cli
