// A client that outlives its connection: it publishes to a server and follows it. The server, for
// want of another machine in this same program, goes away and comes back; nothing is missed.
//     ./build/bin/remote_client
#include <thump/broker.hpp>
#include <thump/client.hpp>
#include <thump/server.hpp>
#include <thump/types.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace {

namespace asio = boost::asio;
namespace types = thump::types;

void print(thump::received_event const& e)
{
    std::cout << e.event.metadata.at("task_id") << " failed\n";
}

void print(thump::gap const& lost)
{
    std::cout << lost.dropped << " events were lost\n";
}

void print(thump::stream_connected const& made)
{
    if (made.from)
        std::cout << "connected again, going on after " << made.from->seq << '\n';
    else
        std::cout << "connected\n";
}

void print(thump::stream_disconnected const&)
{
    std::cout << "connection lost\n";
}

asio::awaitable<void> print_next(thump::stream& s)
{
    auto const record = co_await s.async_receive();
    std::visit([](auto const& r) { print(r); }, record);
}

asio::awaitable<void> run(asio::io_context& context)
{
    thump::broker broker{context.get_executor()};
    std::optional<thump::server> server;
    server.emplace(broker, thump::server_options{.listen = "127.0.0.1:0"});
    auto const address = server->address();

    thump::client client{context.get_executor(), {.url = "http://" + address}};
    auto failures = client.subscribe({.subscription = {.types = {types::task_failed}}});
    co_await print_next(failures);

    thump::event const failure{.type = types::task_failed, .metadata = {{"task_id", "t1"}}};
    auto const given = co_await client.async_publish(failure, asio::use_awaitable);
    std::cout << "published as " << given.seq << '\n';
    co_await print_next(failures);

    server.reset();
    co_await asio::post(context, asio::use_awaitable);   // the listener closes on the context
    broker.publish({.type = types::task_failed, .metadata = {{"task_id", "t2"}}});
    server.emplace(broker, thump::server_options{.listen = address});

    for (int record = 0; record != 3; ++record)
        co_await print_next(failures);
}

}   // namespace

int main()
{
    asio::io_context context;
    asio::co_spawn(context, run(context), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
    context.run();
}
