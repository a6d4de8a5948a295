#include <net/listener.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace thump::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds backoff_time{100};

[[noreturn]] void fail(std::string const& address, error_code ec)
{
    // Without the place in Asio's source, which the message would tell at length.
    error_code const plain{ec.value(), ec.category()};
    boost::throw_exception(boost::system::system_error{plain, "cannot listen on " + address});
}

// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
tcp::endpoint endpoint_of(std::string const& address, asio::any_io_executor const& ex)
{
    auto const colon = address.rfind(':');
    if (colon == std::string::npos) fail(address, asio::error::invalid_argument);
    auto host = std::string_view{address}.substr(0, colon);
    auto const digits = std::string_view{address}.substr(colon + 1);
    std::uint16_t port = 0;
    auto const [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (fault != std::errc{} || end != digits.data() + digits.size())
        fail(address, asio::error::invalid_argument);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);

    error_code ec;
    if (auto const numeric = asio::ip::make_address(host, ec); !ec) return {numeric, port};
    tcp::resolver resolver{ex};
    auto const found = resolver.resolve(tcp::v4(), host, digits, tcp::resolver::passive, ec);
    if (ec || found.empty()) fail(address, ec ? ec : asio::error::host_not_found);
    return found.begin()->endpoint();
}

}   // namespace

listener::listener(asio::any_io_executor ex, std::string const& address, on_accept accepted,
                   on_failure failed)
    : acceptor_{ex}, backoff_{ex}, accepted_{std::move(accepted)}, failed_{std::move(failed)}
{
    auto const endpoint = endpoint_of(address, ex);
    error_code ec;
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(asio::socket_base::reuse_address{true}, ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) fail(address, ec);
    local_ = acceptor_.local_endpoint();
}

void listener::start()
{
    accept();
}

void listener::stop()
{
    error_code ignored;
    acceptor_.close(ignored);
    backoff_.cancel();
}

void listener::accept()
{
    acceptor_.async_accept([self = shared_from_this()](error_code ec, socket_type socket) {
        self->on_accepted(ec, std::move(socket));
    });
}

void listener::on_accepted(error_code ec, socket_type socket)
{
    if (!acceptor_.is_open()) return;
    if (!ec) accepted_(std::move(socket));
    if (!ec || ec == asio::error::connection_aborted) return accept();
    failed_(ec);
    // No descriptors, no memory: trying again at once would spin, as what could not be taken is
    // still there.
    backoff_.expires_after(backoff_time);
    backoff_.async_wait([self = shared_from_this()](error_code cancelled) {
        if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
}

}   // namespace thump::net
