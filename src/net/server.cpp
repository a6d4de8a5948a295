#include <thump/server.hpp>

#include <net/server_impl.hpp>

#include <utility>

namespace thump {

server::server(broker& b, server_options options, log_sink log)
    : impl_{std::make_shared<detail::server_impl>(b.impl_, std::move(options), std::move(log))}
{
    impl_->start();
}

server::~server()
{
    impl_->close();
}

std::uint16_t server::port() const noexcept
{
    return impl_->local_endpoint().port();
}

std::string server::address() const
{
    auto const endpoint = impl_->local_endpoint();
    auto const host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? '[' + host + ']' : host) + ':' +
           std::to_string(endpoint.port());
}

std::size_t server::connection_count() const noexcept
{
    return impl_->connection_count();
}

server::executor_type server::get_executor() const noexcept
{
    return impl_->broker().executor();
}

void server::initiate_drain(std::shared_ptr<detail::server_impl> impl, executor_type where,
                            drain_handler handler)
{
    auto const& io = impl->broker().executor();
    impl->drain({std::move(handler), io, where});
}

}   // namespace thump
