// A service with an io_context of its own that embeds thump. It tells of tasks that it finished,
// and hears of those that failed, wherever that is published.
//     ./build/bin/embedded_server --listen 127.0.0.1:8080
#include <thump/broker.hpp>
#include <thump/server.hpp>
#include <thump/types.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

void rethrow(std::exception_ptr fault)
{
    if (fault) std::rethrow_exception(fault);
}

asio::awaitable<void> finish_tasks(thump::broker& broker)
{
    auto const executor = co_await asio::this_coro::executor;
    for (int task = 1;; ++task) {
        co_await asio::steady_timer{executor, 50ms}.async_wait(asio::use_awaitable);
        auto const ec = broker.publish({.type = thump::types::task_completed,
                                        .message = "task " + std::to_string(task) + " is done",
                                        .metadata = {{"task_id", std::to_string(task)}}});
        if (ec) std::cerr << "not published: " << ec.message() << std::endl;   // it never waits
    }
}

asio::awaitable<void> hear_of(thump::subscription failures)
{
    for (;;) {
        auto [ec, got] = co_await failures.async_receive(asio::as_tuple(asio::use_awaitable));
        if (ec) co_return;   // the broker has stopped, and everything was received
        if (auto const* const lost = got.as_gap())
            std::cout << lost->dropped << " failures lost" << std::endl;
        else
            std::cout << "failure: " << got.as_event()->message << std::endl;
    }
}

asio::awaitable<void> serve(std::string address, std::chrono::seconds at_most)
{
    auto const executor = co_await asio::this_coro::executor;
    thump::broker broker{executor};
    thump::server server{broker, {.listen = address}};
    std::cout << "listening on http://" << server.address() << std::endl;
    co_spawn(executor, hear_of(broker.subscribe({.types = {"task.failed"}})), rethrow);

    asio::signal_set signals{executor, SIGINT, SIGTERM};
    asio::steady_timer timer{executor, at_most};
    co_await (finish_tasks(broker) || signals.async_wait(asio::use_awaitable) ||
              timer.async_wait(asio::use_awaitable));
    // Everybody gets what was published, but for those who do not read it in time.
    co_await server.async_drain(asio::as_tuple(asio::use_awaitable));
}

}   // namespace

int main(int argc, char** argv)
try {
    std::string address = "127.0.0.1:8080";
    int seconds = 1'000'000'000;
    CLI::App cli{"A service that embeds thump", "embedded_server"};
    cli.add_option("--listen", address, "Address and port to listen on");
    cli.add_option("--for", seconds, "Seconds after which to end");
    CLI11_PARSE(cli, argc, argv);
    asio::io_context ioc;
    co_spawn(ioc, serve(address, std::chrono::seconds{seconds}), rethrow);
    ioc.run();
} catch (std::exception const& e) {
    std::cerr << "embedded_server: " << e.what() << '\n';
    return 1;
}
