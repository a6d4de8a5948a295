// Where a completion handler is posted to.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>

#include <type_traits>

namespace thump::detail {

/// The executor that a handler is posted to: its own, so that what is posted in order runs in order
/// where that is a strand. It is asked before the handler's type is erased, after which it could
/// not be posted to.
///
/// @param io Where the operation ends, and where handlers without an executor run. Those whose
/// executor is none of Asio's usual kind go by there.
template <class Handler>
boost::asio::any_io_executor completion_executor(Handler const& handler,
                                                 boost::asio::any_io_executor const& io)
{
    auto const own = boost::asio::get_associated_executor(handler, io);
    if constexpr (std::is_constructible_v<boost::asio::any_io_executor, decltype(own)>)
        return boost::asio::any_io_executor{own};
    else
        return io;
}

}   // namespace thump::detail
