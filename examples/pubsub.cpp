// Publish and subscribe within one process: a broker, a subscriber in a coroutine, three events.
//     ./build/bin/pubsub
#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace types = thump::types;

asio::awaitable<void> print(thump::subscription tasks)
{
    for (;;) {
        auto const [ec, next] = co_await tasks.async_receive(asio::as_tuple(asio::use_awaitable));
        if (ec) {
            std::cout << ec.message() << '\n';
            co_return;
        }
        if (auto const* const e = next.as_event())
            std::cout << e->seq << ' ' << e->type << ": " << e->message << '\n';
        else
            std::cout << "lost " << next.as_gap()->dropped << " events\n";
    }
}

void rethrow(std::exception_ptr fault)
{
    if (fault) std::rethrow_exception(fault);
}

}   // namespace

int main()
{
    asio::io_context context;
    thump::broker broker{context.get_executor()};
    asio::co_spawn(context, print(broker.subscribe({.types = {"task.*"}})), rethrow);

    broker.publish({.type = types::task_created, .message = "Task 't1' scheduled"});
    broker.publish({.type = types::node_joined, .message = "Node 'n1' is ready"});
    broker.publish({.type = types::task_failed,
                    .message = "Task 't1' failed: image not found",
                    .metadata = {{"task_id", "t1"}, {"error", "image not found"}}});

    broker.stop();   // what was accepted still arrives
    context.run();
}
