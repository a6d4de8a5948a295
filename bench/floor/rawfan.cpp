// rawfan: the least that a fan-out can cost: one thread, one epoll loop.
//
// `--mode msg` sends every event for itself; `--mode batch` sends together what arrived in one
// round of the loop.
#include <floor/fan.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

using namespace thump::bench;

volatile std::sig_atomic_t interrupted = 0;

[[noreturn]] void fail(char const* what)
{
    throw std::system_error{errno, std::system_category(), what};
}

class server {
public:
    server(std::uint16_t port, bool batches);
    void run();

private:
    void accept_all();
    void on_readable(client& c);
    void sweep();

    int const listener_;
    int const epoll_;
    fan fan_;
    std::vector<std::unique_ptr<client>> clients_;
    std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 20);
};

int listen_on(std::uint16_t port)
{
    int const made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int const one = 1;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (listen(made, 4096) != 0) fail("listen");
    return made;
}

void watch(int epoll, int socket, client* c)
{
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = c;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &wanted) != 0) fail("epoll_ctl");
}

server::server(std::uint16_t port, bool batches)
    : listener_{listen_on(port)}, epoll_{epoll_create1(EPOLL_CLOEXEC)}, fan_{batches}
{
    watch(epoll_, listener_, nullptr);
}

void server::run()
{
    std::array<epoll_event, 1024> ready;
    while (!interrupted) {
        int const count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 1000);
        for (int i = 0; i < count; ++i) {
            auto* const c = static_cast<client*>(ready[static_cast<std::size_t>(i)].data.ptr);
            if (!c)
                accept_all();
            else if (c->is != role::gone)
                on_readable(*c);
        }
        fan_.flush();
        if (fan_.somebody_gone()) sweep();
    }
}

void server::accept_all()
{
    int const one = 1;
    for (;;) {
        int const socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) return;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(epoll_, socket, clients_.emplace_back(new client{socket}).get());
    }
}

void server::on_readable(client& c)
{
    auto const kept = c.unread.copy(buffer_.data(), buffer_.size());
    auto const size = recv(c.socket, buffer_.data() + kept, buffer_.size() - kept, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return fan_.drop(c);
    fan_.take(c, {buffer_.data(), kept + static_cast<std::size_t>(size)});
}

void server::sweep()
{
    fan_.forget_gone();
    std::erase_if(clients_, [](auto const& c) {
        if (c->is == role::gone) close(c->socket);
        return c->is == role::gone;
    });
}

}   // namespace

int main(int argc, char** argv)
{
    std::span<char*> const arguments{argv, static_cast<std::size_t>(argc)};
    if (argc != 5 || std::string_view{arguments[1]} != "--port" ||
        std::string_view{arguments[3]} != "--mode") {
        std::cerr << "usage: rawfan --port PORT --mode msg|batch\n";
        return 2;
    }
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    std::signal(SIGINT, [](int) { interrupted = 1; });
    allow_many_files();
    try {
        server s{static_cast<std::uint16_t>(std::stoi(arguments[2])),
                 std::string_view{arguments[4]} == "batch"};
        s.run();
    } catch (std::exception const& e) {
        std::cerr << "rawfan: " << e.what() << '\n';
        return 1;
    }
}
