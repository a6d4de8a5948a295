#include <thump/stream.hpp>

#include <client/stream_impl.hpp>

#include <boost/asio/system_executor.hpp>

#include <utility>

namespace thump {

namespace asio = boost::asio;

stream::stream() noexcept = default;

stream::stream(std::shared_ptr<client_side::stream_impl> impl) noexcept : impl_{std::move(impl)} {}

stream::stream(stream&& other) noexcept = default;

stream& stream::operator=(stream&& other) noexcept
{
    if (this != &other) {
        close();
        impl_ = std::move(other.impl_);
    }
    return *this;
}

stream::~stream()
{
    close();
}

void stream::initiate_receive(std::shared_ptr<client_side::stream_impl> impl,
                              receive_handler handler)
{
    impl->receive(std::move(handler));
}

std::optional<stream_record> stream::try_receive(boost::system::error_code& ec)
{
    if (impl_) return impl_->try_receive(ec);
    ec = errc::unsubscribed;
    return std::nullopt;
}

void stream::close() noexcept
{
    if (impl_) impl_->close();
}

std::optional<cursor> stream::cursor() const
{
    return impl_ ? impl_->cursor() : std::nullopt;
}

error stream::failure() const
{
    return impl_ ? impl_->failure() : error{make_error_code(errc::unsubscribed), {}, {}, {}, {}};
}

stream::executor_type stream::get_executor() const noexcept
{
    return impl_ ? impl_->executor() : executor_type{asio::system_executor{}};
}

}   // namespace thump
