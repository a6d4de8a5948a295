#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thump/server.hpp>
#include <thump/types.hpp>

#include <iostream>

namespace asio = boost::asio;

// Starts a failed task again, and tells everyone.
asio::awaitable<void> restart_failed_tasks(thump::broker& broker, thump::subscription failures)
{
    for (;;) {
        auto [ec, next] = co_await failures.async_receive(asio::as_tuple(asio::use_awaitable));
        if (ec) co_return;
        if (auto const* const gap = next.as_gap()) {
            std::cout << "missed " << gap->dropped << " failures" << std::endl;
            continue;
        }
        auto const& failed = *next.as_event();
        std::cout << "again: " << failed.message << std::endl;
        broker.publish({.type = thump::types::task_created, .metadata = failed.metadata});
    }
}

int main()
{
    asio::io_context context;
    thump::broker broker{context.get_executor()};
    thump::server server{broker, {.listen = "127.0.0.1:8080"}};
    asio::co_spawn(context,
                   restart_failed_tasks(broker, broker.subscribe({.types = {"task.failed"}})),
                   asio::detached);

    asio::signal_set signals{context, SIGINT, SIGTERM};
    signals.async_wait([&](boost::system::error_code, int) {
        server.async_drain([](boost::system::error_code) {
            std::cout << "everybody has everything" << std::endl;
        });
    });
    context.run();
}
