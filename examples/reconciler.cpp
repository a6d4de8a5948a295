// A reconciler: whenever a task fails, it schedules the same task again. A worker runs what is
// scheduled; its task fails twice before it completes, and then all is over.
//     ./build/bin/reconciler
#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace types = thump::types;

asio::awaitable<void> reconcile(thump::broker& broker, thump::subscription failures)
{
    for (;;) {
        auto const next = co_await failures.async_receive();
        auto const* const failed = next.as_event();
        if (!failed) continue;   // a gap: a real one would compare with the tasks that should run
        std::cout << "rescheduling " << failed->metadata.at("task_id") << '\n';
        broker.publish({.type = types::task_created, .metadata = failed->metadata});
    }
}

asio::awaitable<void> work(thump::broker& broker, thump::subscription scheduled)
{
    for (int failures = 0;;) {
        auto const next = co_await scheduled.async_receive();
        auto const* const task = next.as_event();
        if (!task) continue;
        bool const fails = failures++ < 2;
        std::cout << task->metadata.at("task_id") << (fails ? " failed" : " completed") << '\n';
        broker.publish({.type = fails ? types::task_failed : types::task_completed,
                        .metadata = task->metadata});
        if (!fails) break;
    }
    broker.stop();
}

void report(std::exception_ptr fault)
try {
    if (fault) std::rethrow_exception(fault);
} catch (boost::system::system_error const& e) {
    if (e.code() != thump::errc::end_of_stream) throw;
    std::cout << "nothing more to reconcile\n";
}

}   // namespace

int main()
{
    asio::io_context context;
    thump::broker broker{context.get_executor()};
    asio::co_spawn(context, reconcile(broker, broker.subscribe({.types = {types::task_failed}})),
                   report);
    asio::co_spawn(context, work(broker, broker.subscribe({.types = {types::task_created}})),
                   report);

    broker.publish({.type = types::task_created, .metadata = {{"task_id", "t1"}}});
    context.run();
}
