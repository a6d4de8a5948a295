// Noticing that nobody reads the output any more.
#pragma once

#include <app/cli/readiness.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>

namespace thump::cli {

/// Tells when the reader of a pipe goes away, even while nothing is written: so `thump tail | head`
/// ends with `head`. Does nothing for what is no pipe.
class reader_watch {
public:
    /// @param descriptor Stays open.
    /// @param on_gone Called at most once, on `ioc`, and not after this is destroyed.
    reader_watch(boost::asio::io_context& ioc, int descriptor, std::function<void()> on_gone);

private:
    std::optional<readiness> pipe_;
};

}   // namespace thump::cli
