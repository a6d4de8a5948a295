#include <app/cli/reader_watch.hpp>

#include <boost/system/error_code.hpp>

#include <utility>

#include <sys/stat.h>

namespace thump::cli {

reader_watch::reader_watch(boost::asio::io_context& ioc, int descriptor,
                           std::function<void()> on_gone)
{
    struct stat found {};
    if (::fstat(descriptor, &found) != 0 || !S_ISFIFO(found.st_mode)) return;
    pipe_.emplace(ioc, descriptor, interest::hang_up);
    if (!pipe_->can_wait()) return;
    pipe_->async_wait([on_gone = std::move(on_gone)](boost::system::error_code ec) {
        if (!ec) on_gone();
    });
}

}   // namespace thump::cli
