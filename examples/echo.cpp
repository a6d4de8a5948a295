// A WebSocket echo on thumpd's own session layer: every message goes back to its sender.
//
//     ./build/bin/echo --listen 127.0.0.1:9001
//
// For conformance suites such as Autobahn: frames, limits, time-outs, compression and back-pressure
// are those of thumpd, but for binary messages, which thumpd refuses. It therefore uses headers
// that are private to the library; to embed thump see embedded_server.cpp.
#include <net/broker_impl.hpp>
#include <net/connection.hpp>
#include <net/http_response.hpp>
#include <net/http_session.hpp>
#include <net/journal.hpp>
#include <net/listener.hpp>
#include <net/shard.hpp>
#include <net/ws_handshake.hpp>
#include <net/ws_session.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace net = thump::net;
using boost::system::error_code;

class echo final : public net::ws_handler {
public:
    void on_message(net::ws_session& session, std::string_view message, bool binary) override
    {
        session.send(message, binary);
    }
};

class front_door final : public net::request_handler {
public:
    /// @param deflate Whether permessage-deflate is granted to those who offer it.
    explicit front_door(bool deflate) noexcept : deflate_{deflate} {}

    void handle(net::http_session& session, net::http_request const& request) override
    {
        if (!net::wants_websocket(request))
            return session.respond(net::make_upgrade_required("this server speaks WebSocket only"),
                                   request);
        if (auto refusal = net::refuse_handshake(request))
            return session.respond(*std::move(refusal), request);
        auto const extensions = deflate_ ? net::agree_on_deflate(request) : std::string{};
        session.upgrade(net::accept_handshake(request, {}, extensions),
                        std::make_unique<net::ws_session>(
                            session.connection(), std::make_unique<echo>(),
                            thump::wire::ws_reader::options{.max_message_bytes = max_message_bytes,
                                                            .allow_binary = true,
                                                            .deflate = !extensions.empty()}));
    }

    std::string_view date() override
    {
        auto const now = std::chrono::system_clock::now();
        date_ = net::http_date(std::chrono::floor<std::chrono::seconds>(now));
        return date_;
    }

private:
    static constexpr std::size_t max_message_bytes = std::size_t{16} << 20;

    bool const deflate_;
    std::string date_;
};

class echo_server {
public:
    echo_server(asio::io_context& ioc, std::string const& address, bool deflate)
        : front_door_{deflate}
        , broker_{std::make_shared<thump::detail::broker_impl>(ioc.get_executor(),
                                                               thump::broker_options{})}
        , shard_{std::make_shared<net::shard>(broker_, options_, log_,
                                              [this](net::connection& c) {
                                                  return std::make_unique<net::http_session>(
                                                      c, front_door_);
                                              })}
        , listener_{std::make_shared<net::listener>(
              broker_->strand(), address, [this](auto socket) { shard_->adopt(std::move(socket)); },
              [](error_code) {})}
        , deadline_{broker_->strand()}
        , signals_{broker_->strand(), SIGINT, SIGTERM}
    {
        shard_->start();
        listener_->start();
        signals_.async_wait([this](error_code, int) { stop(); });
        std::cout << "listening on ws://" << listener_->local_endpoint() << std::endl;
    }

private:
    void stop()
    {
        listener_->stop();
        deadline_.expires_after(options_.drain_timeout);
        deadline_.async_wait([this](error_code cancelled) {
            if (!cancelled) shard_->abort_all();
        });
        shard_->drain([this] {
            deadline_.cancel();
            shard_->close();
        });
    }

    thump::server_options const options_;
    net::journal log_{nullptr};
    front_door front_door_;
    std::shared_ptr<thump::detail::broker_impl> broker_;
    std::shared_ptr<net::shard> shard_;
    std::shared_ptr<net::listener> listener_;
    asio::steady_timer deadline_;
    asio::signal_set signals_;
};

}   // namespace

int main(int argc, char** argv)
try {
    std::string address = "127.0.0.1:9001";
    CLI::App cli{"A WebSocket echo on thumpd's session layer", "echo"};
    cli.add_option("--listen", address, "Where to listen")->type_name("ADDR:PORT");
    bool deflate = true;
    cli.add_flag("--deflate,!--no-deflate", deflate,
                 "Compress for clients that offer permessage-deflate (default)");
    CLI11_PARSE(cli, argc, argv);

    std::signal(SIGPIPE, SIG_IGN);
    asio::io_context ioc{1};
    echo_server const server{ioc, address, deflate};
    ioc.run();
} catch (std::exception const& e) {
    std::cerr << "echo: " << e.what() << '\n';
    return 1;
}
