// An audit log: every event as a line of JSON. What it missed stands there too, in its place, so
// that nobody takes the log for complete where it is not.
//     ./build/bin/audit_logger
#include <thump/broker.hpp>
#include <thump/json.hpp>
#include <thump/types.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <ostream>
#include <string>

namespace {

namespace asio = boost::asio;
namespace types = thump::types;

asio::awaitable<void> audit(thump::subscription everything, std::ostream& log)
{
    for (;;) {
        auto const [ec, next] =
            co_await everything.async_receive(asio::as_tuple(asio::use_awaitable));
        if (ec) co_return;
        if (auto const* const e = next.as_event())
            log << to_json(*e) << '\n';
        else
            log << to_json(*next.as_gap()) << '\n';
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

    // So short a queue overflows in the burst below. A real log asks for 10,000, or for
    // thump::overflow::catch_up, which reads on in the broker's history.
    asio::co_spawn(context, audit(broker.subscribe({.queue = 3, .name = "audit"}), std::cout),
                   rethrow);
    for (int i = 1; i <= 10; ++i)
        broker.publish({.type = types::secret_created,
                        .metadata = {{"secret_id", std::to_string(i)}, {"secret_name", "token"}}});
    broker.stop();
    context.run();
}
