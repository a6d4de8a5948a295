// A broker and its server, in a context that runs only while a test waits for something.
#pragma once

#include <support/http_reply.hpp>
#include <support/peer.hpp>
#include <support/run.hpp>

#include <thump/broker.hpp>
#include <thump/server.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace thump::test {

/// Options of a server on any free port.
[[nodiscard]] inline server_options any_port(server_options options = {})
{
    options.listen = "127.0.0.1:0";
    return options;
}

/// Everything happens on the thread of the test, one handler at a time, so a test sees every state
/// in between.
class loopback {
public:
    explicit loopback(server_options options = {}, broker_options of_broker = {})
        : broker{std::in_place, context.get_executor(), std::move(of_broker)}
        , server{std::in_place, *broker, any_port(std::move(options))}
    {
    }
    loopback(loopback const&) = delete;
    loopback& operator=(loopback const&) = delete;

    ~loopback()
    {
        server.reset();
        broker.reset();
        settle();
    }

    /// Runs whatever is ready, or becomes so within a few milliseconds: one handler.
    void run_one()
    {
        context.restart();
        context.run_one_for(std::chrono::milliseconds{5});
    }

    void settle() { test::settle(context); }

    template <class Condition>
    void until(Condition done)
    {
        run_until(context, std::move(done));
    }

    /// Connects.
    [[nodiscard]] peer connect(socket_buffers buffers = {})
    {
        return peer{server->port(), [this] { run_one(); }, buffers};
    }

    /// Sends one request on a connection of its own.
    http_reply ask(std::string_view request)
    {
        auto p = connect();
        p.send(request);
        return read_reply(p);
    }

    /// Publishes, and runs the broker where its intake is full.
    void publish(event const& e)
    {
        while (broker->publish(e))
            run_one();
    }

    /// Publishes `count` events of about `size` bytes each, whose messages begin with their number,
    /// counted on from call to call.
    void publish_many(std::size_t count, std::size_t size = 100, std::string_view type = "test");

    boost::asio::io_context context{1};
    std::optional<thump::broker> broker;
    std::optional<thump::server> server;

private:
    std::size_t numbered_ = 0;
};

inline void loopback::publish_many(std::size_t count, std::size_t size, std::string_view type)
{
    for (; count > 0; --count) {
        auto message = std::to_string(++numbered_) + ' ';
        if (message.size() < size) message.resize(size, 'x');
        publish({.type = std::string{type}, .message = std::move(message)});
    }
}

}   // namespace thump::test
