// A service with HTTP routes, an io_context and threads of its own, and thump beside them, which
// tells everyone what becomes of its tasks.
//     ./build/bin/task_service --listen 127.0.0.1:8081 --events 127.0.0.1:8080
//     curl -X PUT localhost:8081/tasks/t1
#include <thump/broker.hpp>
#include <thump/server.hpp>
#include <thump/types.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

// GET /tasks, PUT and DELETE /tasks/ID, from any thread.
class task_service {
public:
    explicit task_service(thump::broker& broker) : broker_{broker} {}

    response answer(request const& r)
    {
        std::string_view const path = r.target();
        if (path == "/tasks" && r.method() == http::verb::get)
            return reply(r, http::status::ok, list());
        if (!path.starts_with("/tasks/")) return reply(r, http::status::not_found);
        std::string id{path.substr(7)};
        if (!thump::is_valid_type(id)) return reply(r, http::status::bad_request);
        switch (r.method()) {
        case http::verb::put:
            return reply(r, add(std::move(id)) ? http::status::created : http::status::no_content);
        case http::verb::delete_:
            return reply(r, finish(id) ? http::status::no_content : http::status::not_found);
        default:
            return reply(r, http::status::method_not_allowed);
        }
    }

private:
    static response reply(request const& r, http::status status, std::string body = {})
    {
        response made{status, r.version()};
        made.keep_alive(r.keep_alive());
        made.set(http::field::content_type, "application/json");
        made.body() = std::move(body);
        made.prepare_payload();
        return made;
    }

    // Published under the lock, so that the events of a task come in the order of what happened;
    // `publish` waits for nobody.
    bool add(std::string id)
    {
        std::lock_guard const lock{mutex_};
        auto const [task, is_new] = open_.insert(std::move(id));
        if (is_new)
            broker_.publish({.type = thump::types::task_created, .metadata = {{"task_id", *task}}});
        return is_new;
    }

    bool finish(std::string const& id)
    {
        std::lock_guard const lock{mutex_};
        if (open_.erase(id) == 0) return false;
        broker_.publish({.type = thump::types::task_completed, .metadata = {{"task_id", id}}});
        return true;
    }

    std::string list()
    {
        std::lock_guard const lock{mutex_};
        std::string text;
        for (auto const& id : open_)
            text.append(text.empty() ? "[\"" : ",\"").append(id).append("\"");
        return text.empty() ? "[]" : text + "]";
    }

    thump::broker& broker_;
    std::mutex mutex_;
    std::set<std::string> open_;
};

void rethrow(std::exception_ptr fault)
{
    if (fault) std::rethrow_exception(fault);
}

asio::awaitable<void> converse(tcp::socket peer, task_service& tasks)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    for (bool open = true; open;) {
        request question;
        auto const [ec, read] = co_await http::async_read(peer, buffer, question, token);
        if (ec) co_return;
        auto const reply = tasks.answer(question);
        auto const [failed, written] = co_await http::async_write(peer, reply, token);
        open = !failed && reply.keep_alive();
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, task_service& tasks)
{
    while (acceptor.is_open()) {
        auto [ec, peer] = co_await acceptor.async_accept(asio::make_strand(acceptor.get_executor()),
                                                         asio::as_tuple(asio::use_awaitable));
        if (ec) continue;
        auto const executor = peer.get_executor();
        co_spawn(executor, converse(std::move(peer), tasks), rethrow);
    }
}

tcp::endpoint endpoint(std::string const& address)
{
    auto const colon = address.rfind(':');
    return {asio::ip::make_address(address.substr(0, colon)),
            static_cast<unsigned short>(std::stoi(address.substr(colon + 1)))};
}

}   // namespace

int main(int argc, char** argv)
try {
    std::string listen = "127.0.0.1:8081";
    std::string events = "127.0.0.1:8080";
    CLI::App cli{"A task service that tells of its tasks", "task_service"};
    cli.add_option("--listen", listen, "Address and port of the service");
    cli.add_option("--events", events, "Address and port of its events");
    CLI11_PARSE(cli, argc, argv);

    asio::io_context context;
    thump::broker broker{context.get_executor()};
    thump::server server{broker, {.listen = events}};
    task_service tasks{broker};
    tcp::acceptor acceptor{asio::make_strand(context), endpoint(listen)};
    std::cout << "tasks at http://" << acceptor.local_endpoint() << "/tasks, events at http://"
              << server.address() << std::endl;
    co_spawn(acceptor.get_executor(), accept(acceptor, tasks), rethrow);

    asio::signal_set signals{context, SIGINT, SIGTERM};
    signals.async_wait([&](boost::system::error_code, int) {
        asio::dispatch(acceptor.get_executor(), [&] { acceptor.close(); });
        server.async_drain([&](boost::system::error_code) { context.stop(); });
    });

    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&context] { context.run(); });
    context.run();
} catch (std::exception const& e) {
    std::cerr << "task_service: " << e.what() << '\n';
    return 1;
}
