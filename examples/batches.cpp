// Events in batches, as a database wants them: a batch goes out when it is full, or when its first
// event has waited for long enough.
//     ./build/bin/batches
#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <span>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

void write(std::span<thump::delivery const> batch)
{
    std::cout << "one transaction:";
    for (auto const& entry : batch) {
        if (auto const* const e = entry.as_event())
            std::cout << ' ' << e->message;
        else
            std::cout << " (" << entry.as_gap()->dropped << " lost)";
    }
    std::cout << '\n';
}

asio::awaitable<void> write_batches(thump::subscription events)
{
    using namespace asio::experimental::awaitable_operators;
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    asio::steady_timer late{co_await asio::this_coro::executor};
    std::array<thump::delivery, 4> batch;

    for (boost::system::error_code ec; !ec;) {
        co_await events.async_wait(token);
        late.expires_after(50ms);
        std::size_t count = 0;
        for (;;) {
            count += events.try_receive(std::span{batch}.subspan(count), ec);
            if (ec || count == batch.size()) break;
            auto const first = co_await (events.async_wait(token) || late.async_wait(token));
            if (first.index() == 1) break;
        }
        if (count > 0) write(std::span{batch}.first(count));
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
    asio::co_spawn(context, write_batches(broker.subscribe()), rethrow);

    for (auto const* const name : {"t1", "t2", "t3", "t4", "t5", "t6"})
        broker.publish({.type = thump::types::task_completed, .message = name});

    asio::steady_timer pause{context, 500ms};
    pause.async_wait([&](boost::system::error_code) {
        broker.publish({.type = thump::types::task_completed, .message = "t7"});
        broker.stop();
    });
    context.run();
}
