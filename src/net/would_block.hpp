// What a socket says that has nothing to give, or takes no more, for now.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

namespace thump::net {

/// Whether waiting, rather than giving up, is the answer to an error. POSIX has two names for it.
[[nodiscard]] inline bool would_block(boost::system::error_code ec) noexcept
{
    return ec == boost::asio::error::would_block || ec == boost::asio::error::try_again;
}

}   // namespace thump::net
