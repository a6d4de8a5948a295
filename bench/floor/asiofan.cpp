// asiofan: the least that a fan-out can cost on Asio's public interface. As rawfan in batches, but
// that connections are received from by `async_receive`, each into a block of its own, and that
// nothing is looked at any closer.
//
// What a server on Asio costs above this is its own.
#include <floor/fan.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace thump::bench;
using asio::ip::tcp;
using boost::system::error_code;

struct connection : client {
    explicit connection(tcp::socket from)
        : client{.socket = from.native_handle()}, io{std::move(from)}
    {
        io.set_option(tcp::no_delay{true});
        io.non_blocking(true);
    }

    tcp::socket io;
    std::array<char, 4096> block;
};

class server {
public:
    explicit server(std::uint16_t port)
        : acceptor_{context_, {asio::ip::address_v4::loopback(), port}}
    {
    }

    void run()
    {
        asio::signal_set signals{context_, SIGTERM, SIGINT};
        signals.async_wait([this](error_code, int) { context_.stop(); });
        accept_next();
        context_.run();
    }

private:
    void accept_next()
    {
        acceptor_.async_accept([this](error_code ec, tcp::socket from) {
            if (!ec) receive_next(connections_.emplace_back(std::move(from)));
            accept_next();
        });
    }

    void receive_next(connection& c)
    {
        c.io.async_receive(asio::buffer(c.block), [this, &c](error_code ec, std::size_t size) {
            if (ec) fan_.drop(c);
            if (c.is != role::gone) take(c, {c.block.data(), size});
            if (c.is != role::gone) return receive_next(c);
            fan_.forget_gone();
            connections_.remove_if([&c](connection const& other) { return &other == &c; });
        });
    }

    void take(connection& c, std::span<char> bytes)
    {
        if (c.unread.empty()) {
            fan_.take(c, bytes);
        } else {
            auto together = std::move(c.unread).append(bytes.data(), bytes.size());
            fan_.take(c, together);
        }
        // Behind whatever else is ready in this round.
        if (std::exchange(flush_posted_, true)) return;
        asio::post(context_, [this] {
            flush_posted_ = false;
            fan_.flush();
            if (fan_.somebody_gone()) close_gone();
        });
    }

    // Their receives end, and they with them.
    void close_gone()
    {
        for (auto& c : connections_)
            if (c.is == role::gone) c.io.close();
    }

    asio::io_context context_{1};
    tcp::acceptor acceptor_;
    fan fan_{true};
    std::list<connection> connections_;
    bool flush_posted_ = false;
};

}   // namespace

int main(int argc, char** argv)
{
    std::span<char*> const arguments{argv, static_cast<std::size_t>(argc)};
    if (argc != 3 || std::string_view{arguments[1]} != "--port") {
        std::cerr << "usage: asiofan --port PORT\n";
        return 2;
    }
    allow_many_files();
    try {
        server{static_cast<std::uint16_t>(std::stoi(arguments[2]))}.run();
    } catch (std::exception const& e) {
        std::cerr << "asiofan: " << e.what() << '\n';
        return 1;
    }
}
