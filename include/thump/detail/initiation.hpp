// What begins an asynchronous operation.
#pragma once

#include <thump/detail/completion_executor.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <utility>

namespace thump::detail {

/// Begins an operation for a completion token, which may ask for the executor of what it is an
/// operation of, as `asio::cancel_after` does.
///
/// `Start` is called with the handler, where that is posted to, and what was given to
/// `async_initiate`.
template <class Start>
class initiation {
public:
    using executor_type = boost::asio::any_io_executor;

    /// @param ex The default of handlers that have no executor. Never empty.
    initiation(executor_type ex, Start start) : executor_{std::move(ex)}, start_{std::move(start)}
    {
    }

    [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

    template <class Handler, class... Args>
    void operator()(Handler handler, Args... args) const
    {
        auto const where = completion_executor(handler, executor_);
        start_(std::move(handler), where, std::move(args)...);
    }

private:
    executor_type executor_;
    Start start_;
};

}   // namespace thump::detail
