// The client behind its handle: the strand, and the pipe that its requests go through.
#pragma once

#include <client/endpoint.hpp>
#include <client/http_pipe.hpp>
#include <net/parked_handler.hpp>

#include <thump/client_options.hpp>
#include <thump/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/strand.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace thump::client_side {

/// Shared by the handle and by whatever is under way on the strand.
class client_impl : public std::enable_shared_from_this<client_impl> {
public:
    /// @throw std::invalid_argument The URL cannot be read, or an option is out of its range.
    client_impl(boost::asio::any_io_executor ex, client_options options);

    /// Sends a request and completes with what `read` makes of the answer.
    /// @param request Or why there can be none, which it then completes with.
    template <class T>
    void call(result<http_call> request, result<T> (*read)(http_reply), error* why,
              detail::parked_handler<void(boost::system::error_code, T)> parked)
    {
        auto slot = parked.cancellation_slot();
        auto const id = std::make_shared<std::uint64_t>(0);
        if (slot.is_connected())
            slot.assign([weak = weak_from_this(), id](boost::asio::cancellation_type type) {
                if (auto const self = weak.lock()) self->cancel(id, type);
            });
        auto on_reply = [read, why, parked = std::move(parked)](error failed,
                                                                http_reply reply) mutable {
            auto made = failed.code ? result<T>{std::move(failed)} : read(std::move(reply));
            if (why) *why = made ? error{} : made.error();
            if (made)
                parked.complete({}, *std::move(made));
            else
                parked.complete(made.error().code, T{});
        };
        if (request)
            send(*std::move(request), std::move(on_reply), id);
        else
            on_reply(std::move(request).error(), {});
    }

    /// Ends what is under way.
    void close();

    [[nodiscard]] boost::asio::any_io_executor const& executor() const noexcept
    {
        return executor_;
    }
    [[nodiscard]] client_options const& options() const noexcept { return options_; }
    [[nodiscard]] endpoint const& where() const noexcept { return where_; }

private:
    using request_id = std::shared_ptr<std::uint64_t>;

    void send(http_call request, http_pipe::reply_handler on_reply, request_id id);
    void cancel(request_id id, boost::asio::cancellation_type type);

    boost::asio::any_io_executor const executor_;
    boost::asio::strand<boost::asio::any_io_executor> const strand_;
    client_options const options_;
    endpoint const where_;
    std::shared_ptr<http_pipe> const pipe_;
};

}   // namespace thump::client_side
