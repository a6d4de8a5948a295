// A server that does what a test tells it, one connection at a time.
#pragma once

#include <client/run.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace thump::test {

/// A WebSocket that a scripted server accepted.
class scripted_socket {
public:
    scripted_socket(boost::beast::websocket::stream<boost::asio::ip::tcp::socket> ws,
                    std::string target)
        : ws_{std::move(ws)}, target_{std::move(target)}
    {
    }

    /// The target that was asked for.
    [[nodiscard]] std::string const& target() const noexcept { return target_; }

    boost::asio::awaitable<void> send(std::string_view record)
    {
        co_await ws_.async_write(boost::asio::buffer(record), boost::asio::use_awaitable);
    }
    boost::asio::awaitable<void> close(std::uint16_t code, std::string_view reason = {})
    {
        co_await ws_.async_close({static_cast<boost::beast::websocket::close_code>(code), reason},
                                 completion);
    }
    /// Cuts the connection.
    void drop() { ws_.next_layer().close(); }

    /// Waits until the other side has gone.
    boost::asio::awaitable<void> wait_for_end()
    {
        boost::beast::flat_buffer ignored;
        while (!std::get<0>(co_await ws_.async_read(ignored, completion)))
            ignored.clear();
    }

private:
    boost::beast::websocket::stream<boost::asio::ip::tcp::socket> ws_;
    std::string target_;
};

class scripted_server {
public:
    using tcp = boost::asio::ip::tcp;
    using request = boost::beast::http::request<boost::beast::http::string_body>;

    explicit scripted_server(boost::asio::io_context& ioc)
        : acceptor_{ioc, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}}
    {
    }

    [[nodiscard]] std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

    boost::asio::awaitable<tcp::socket> accept()
    {
        co_return co_await acceptor_.async_accept(boost::asio::use_awaitable);
    }

    /// Reads one request.
    static boost::asio::awaitable<request> read(tcp::socket& socket,
                                                boost::beast::flat_buffer& buffer)
    {
        request made;
        co_await boost::beast::http::async_read(socket, buffer, made, boost::asio::use_awaitable);
        co_return made;
    }

    static boost::asio::awaitable<void> write(tcp::socket& socket, std::string text)
    {
        co_await boost::asio::async_write(socket, boost::asio::buffer(text),
                                          boost::asio::use_awaitable);
    }

    /// An answer of HTTP.
    static std::string answer(int status, std::string_view body, std::string_view fields = {})
    {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string{fields} + "\r\n" + std::string{body};
    }

    /// Accepts a connection and its WebSocket handshake.
    boost::asio::awaitable<scripted_socket> accept_websocket()
    {
        auto socket = co_await accept();
        boost::beast::flat_buffer buffer;
        auto const asked = co_await read(socket, buffer);
        boost::beast::websocket::stream<tcp::socket> ws{std::move(socket)};
        co_await ws.async_accept(asked, boost::asio::use_awaitable);
        ws.text(true);
        co_return scripted_socket{std::move(ws), std::string{asked.target()}};
    }

private:
    tcp::acceptor acceptor_;
};

}   // namespace thump::test
