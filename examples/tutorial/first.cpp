#include <boost/asio/io_context.hpp>
#include <thump/server.hpp>

int main()
{
    boost::asio::io_context context;
    thump::broker broker{context.get_executor()};
    thump::server server{broker, {.listen = "127.0.0.1:8080"}};
    context.run();
}
