#include <thump/stream.hpp>

#include <client/stream_impl.hpp>

#include <boost/asio/system_executor.hpp>

#include <utility>

namespace thump {

namespace asio = boost::asio;

stream::stream() noexcept : executor_{asio::system_executor{}} {}

stream::stream(std::shared_ptr<client_side::stream_impl> impl) noexcept
    : impl_{std::move(impl)}, executor_{impl_->executor()}
{
}

stream::stream(stream&& other) noexcept : impl_{std::move(other.impl_)}, executor_{other.executor_}
{
}

stream& stream::operator=(stream&& other) noexcept
{
    if (this != &other) {
        close();
        impl_ = std::move(other.impl_);
        executor_ = other.executor_;
    }
    return *this;
}

stream::~stream()
{
    close();
}

void stream::initiate_receive(std::shared_ptr<client_side::stream_impl> impl, executor_type ex,
                              executor_type where, receive_handler handler)
{
    client_side::record_queue::waiter_list::receive_handler parked{std::move(handler), ex, where};
    if (impl)
        impl->records().await(std::move(parked));
    else
        parked.complete(errc::unsubscribed, {});
}

void stream::initiate_wait(std::shared_ptr<client_side::stream_impl> impl, executor_type ex,
                           executor_type where, wait_handler handler)
{
    client_side::record_queue::waiter_list::wait_handler parked{std::move(handler), ex, where};
    if (impl)
        impl->records().await(std::move(parked));
    else
        parked.complete(errc::unsubscribed);
}

std::optional<stream_record> stream::try_receive(boost::system::error_code& ec)
{
    if (impl_) return impl_->records().try_receive(ec);
    ec = errc::unsubscribed;
    return std::nullopt;
}

void stream::close() noexcept
{
    if (impl_) impl_->close();
}

std::optional<cursor> stream::cursor() const
{
    return impl_ ? impl_->records().cursor() : std::nullopt;
}

error stream::failure() const
{
    return impl_ ? impl_->records().failure()
                 : error{make_error_code(errc::unsubscribed), {}, {}, {}, {}};
}

}   // namespace thump
