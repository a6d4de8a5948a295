// A completion handler that waits for its operation to end.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
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

    /// @param io Where the operation ends; it has work meanwhile.
    /// @param where Where the handler is posted to; see `completion_executor`.
    parked_handler(handler_type handler, boost::asio::any_io_executor const& io,
                   boost::asio::any_io_executor const& where)
        : handler_{std::move(handler)}
        , io_{boost::asio::prefer(io, boost::asio::execution::outstanding_work.tracked)}
        , where_{boost::asio::prefer(where, boost::asio::execution::outstanding_work.tracked)}
    {
    }

    [[nodiscard]] boost::asio::cancellation_slot cancellation_slot() const
    {
        return boost::asio::get_associated_cancellation_slot(handler_);
    }

    /// Posts the handler. Only once.
    void complete(Args... args)
    {
        auto const io = std::move(io_);
        auto const where = std::move(where_);
        boost::asio::post(where, boost::asio::append(std::move(handler_), std::move(args)...));
    }

private:
    handler_type handler_;
    boost::asio::any_io_executor io_;
    boost::asio::any_io_executor where_;
};

}   // namespace thump::detail
