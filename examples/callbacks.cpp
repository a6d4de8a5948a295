// A subscriber without coroutines: an object whose handler asks for the next event.
//     ./build/bin/callbacks
#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <utility>

namespace {

namespace types = thump::types;

class node_watcher {
public:
    explicit node_watcher(thump::subscription nodes) : nodes_{std::move(nodes)} { receive_next(); }

private:
    void receive_next()
    {
        nodes_.async_receive([this](boost::system::error_code ec, thump::delivery next) {
            if (ec) {
                std::cout << up_ << " nodes are up\n";
                return;
            }
            if (auto const* const e = next.as_event()) on_event(*e);
            receive_next();
        });
    }

    void on_event(thump::event const& e)
    {
        up_ += e.type == types::node_joined ? 1 : -1;
        std::cout << e.metadata.at("node_id") << (e.type == types::node_joined ? " up" : " down")
                  << '\n';
    }

    thump::subscription nodes_;
    int up_ = 0;
};

}   // namespace

int main()
{
    boost::asio::io_context context;
    thump::broker broker{context.get_executor()};
    node_watcher const watcher{broker.subscribe({.types = {"node.*"}})};

    broker.publish({.type = types::node_joined, .metadata = {{"node_id", "n1"}}});
    broker.publish({.type = types::node_joined, .metadata = {{"node_id", "n2"}}});
    broker.publish({.type = types::node_down, .metadata = {{"node_id", "n1"}}});

    broker.stop();
    context.run();
}
