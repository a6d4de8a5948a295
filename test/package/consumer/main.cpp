// Publishes an event to itself while serving it to the world, and prints it.
#include <thump/broker.hpp>
#include <thump/catalog.hpp>
#include <thump/json.hpp>
#include <thump/server.hpp>
#include <thump/types.hpp>
#include <thump/version.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <iostream>

int main()
{
    boost::asio::io_context context;
    thump::broker broker{context.get_executor()};
    thump::server server{broker, {.listen = "127.0.0.1:0"}};
    auto tasks = broker.subscribe({.types = {"task.*"}});
    tasks.async_receive([](boost::system::error_code ec, thump::delivery got) {
        if (!ec) std::cout << got.as_event()->seq << ' ' << got.as_event()->message << std::endl;
    });
    broker.publish({.type = thump::types::task_failed, .message = "from outside"});
    server.async_drain([](boost::system::error_code) {});
    context.run();

    try {   // errors keep their category and text on the way out of the library
        [[maybe_unused]] auto const late = broker.subscribe({.types = {"no good"}});
    } catch (boost::system::system_error const& e) {
        std::cout << e.code().category().name() << std::endl;
    }
    auto const bad = thump::parse_event_json("[]");
    std::cout << thump::version << ' ' << thump::catalog().size() << ' ' << bad.has_error()
              << std::endl;
}
