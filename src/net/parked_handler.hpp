// A completion handler that waits for its operation to end.
#pragma once

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <utility>

namespace thump::detail {

template <class Signature>
class parked_handler;

/// Keeps a handler, and keeps the contexts that it needs running, until `complete` or destruction.
template <class... Args>
class parked_handler<void(Args...)> {
public:
    using handler_type = boost::asio::any_completion_handler<void(Args...)>;

    /// @param io Where the operation ends; the handler runs there unless it names an executor.
    parked_handler(handler_type handler, boost::asio::any_io_executor const& io)
        : handler_{std::move(handler)}
        , io_{boost::asio::prefer(io, boost::asio::execution::outstanding_work.tracked)}
        , handler_work_{boost::asio::prefer(boost::asio::get_associated_executor(
                                                handler_, boost::asio::any_completion_executor{io}),
                                            boost::asio::execution::outstanding_work.tracked)}
    {
    }

    /// Invokes the handler, through its executor, never inside this call. Only once.
    void complete(Args... args)
    {
        auto const io = std::move(io_);
        auto const work = std::move(handler_work_);
        boost::asio::post(io, boost::asio::append(std::move(handler_), std::move(args)...));
    }

private:
    handler_type handler_;
    boost::asio::any_io_executor io_;
    boost::asio::any_completion_executor handler_work_;
};

}   // namespace thump::detail
