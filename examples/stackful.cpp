// A subscriber as a stackful coroutine: it reads like blocking code, and blocks no thread.
//     ./build/bin/stackful
#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace types = thump::types;

void count_volumes(thump::subscription& volumes, asio::yield_context yield)
{
    int count = 0;
    for (;;) {
        boost::system::error_code ec;
        auto const next = volumes.async_receive(yield[ec]);
        if (ec) break;   // the broker has stopped
        if (auto const* const e = next.as_event()) {
            count += e->type == types::volume_created ? 1 : -1;
            std::cout << e->type << ": " << count << " volumes\n";
        }
    }
    std::cout << "in the end " << count << '\n';
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
    auto volumes = broker.subscribe({.types = {"volume.*"}});
    asio::spawn(
        context,
        [&volumes](asio::yield_context yield) { count_volumes(volumes, std::move(yield)); },
        rethrow);

    broker.publish({.type = types::volume_created});
    broker.publish({.type = types::volume_created});
    broker.publish({.type = types::volume_deleted});

    broker.stop();
    context.run();
}
