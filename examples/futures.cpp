// Publishing and receiving from a thread that waits: futures, while another thread runs the broker.
//     ./build/bin/futures
#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>

#include <future>
#include <iostream>
#include <thread>

namespace asio = boost::asio;

int main()
{
    asio::io_context context;
    auto const work = asio::make_work_guard(context);
    std::thread worker{[&context] { context.run(); }};
    {
        thump::broker broker{context.get_executor()};
        auto tasks = broker.subscribe({.types = {"task.*"}});

        std::future<thump::receipt> published = broker.async_publish(
            {.type = thump::types::task_created, .message = "Task 't1' scheduled"},
            asio::use_future);
        std::cout << "published as number " << published.get().seq << '\n';

        thump::delivery const next = tasks.async_receive(asio::use_future).get();
        std::cout << "received: " << next.as_event()->message << '\n';

        broker.stop();
        try {
            tasks.async_receive(asio::use_future).get();
        } catch (boost::system::system_error const& e) {   // as futures report errors
            std::cout << e.code().message() << '\n';
        }
    }
    context.stop();
    worker.join();
}
