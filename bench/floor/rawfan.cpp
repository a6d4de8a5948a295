// rawfan: the least that a fan-out can cost. One thread, one epoll loop, one send to a subscriber;
// no queues, no filters, no account of anything.
//
//     GET /sub, upgraded     a subscriber
//     GET /pub, upgraded     a publisher: each of its messages goes to every subscriber
//     POST /pub              the same with the body, answered 202
//
// `--mode msg` sends every event for itself; `--mode batch` sends together what arrived in one
// round of the loop. A subscriber that cannot take a whole send at once is dropped.
#include <openssl/evp.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

volatile std::sig_atomic_t interrupted = 0;

[[noreturn]] void fail(char const* what)
{
    throw std::system_error{errno, std::system_category(), what};
}

// ---------------------------------------------------------------- WebSocket (RFC 6455)

std::string accept_key(std::string_view key)
{
    auto const text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 64> base64;
    auto const length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
    return {base64.begin(), base64.begin() + length};
}

void append_frame(std::string& out, std::string_view payload)
{
    out += '\x81';
    auto const length_bytes = payload.size() < 126 ? 0 : payload.size() < 65'536 ? 2 : 8;
    out += static_cast<char>(length_bytes == 0 ? payload.size() : length_bytes == 2 ? 126 : 127);
    for (auto i = length_bytes; i-- > 0;)
        out += static_cast<char>(payload.size() >> (8 * i) & 0xff);
    out += payload;
}

struct frame {
    bool closes = false;
    std::span<char> payload;
    std::size_t size = 0;
};

// Eight bytes at a step: a floor should be low.
void unmask(std::span<char> payload, char const* key)
{
    std::array<char, 8> twice;
    for (std::size_t i = 0; i < twice.size(); ++i)
        twice[i] = key[i % 4];
    auto const mask = std::bit_cast<std::uint64_t>(twice);
    auto* at = payload.data();
    auto* const end = at + payload.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        word ^= mask;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; at != end; ++at, ++i)
        *at = static_cast<char>(*at ^ key[i]);
}

// Reads a client's frame; nothing where it is not all there.
std::optional<frame> read_frame(std::span<char> bytes)
{
    constexpr std::size_t key_bytes = 4;
    if (bytes.size() < 2) return std::nullopt;
    std::uint64_t length = bytes[1] & 127;
    std::size_t const length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    auto const header = 2 + length_bytes + key_bytes;
    if (bytes.size() < header) return std::nullopt;
    if (length_bytes > 0) length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
        length = length << 8 | static_cast<unsigned char>(bytes[2 + i]);
    if (bytes.size() - header < length) return std::nullopt;
    auto const payload = bytes.subspan(header, static_cast<std::size_t>(length));
    unmask(payload, &bytes[header - key_bytes]);
    return frame{(bytes[0] & 15) == 8, payload, header + payload.size()};
}

// ---------------------------------------------------------------- HTTP

std::string_view field(std::string_view head, std::string_view name)
{
    auto const at = head.find(name);
    if (at == std::string_view::npos) return {};
    auto const value = head.substr(at + name.size());
    return value.substr(0, value.find("\r\n"));
}

std::size_t content_length(std::string_view head)
{
    auto const text = field(head, "\r\nContent-Length: ");
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// ---------------------------------------------------------------- server

enum class role { http, subscriber, publisher, gone };

struct client {
    int socket;
    role is = role::http;
    std::string unread = {};
};

class server {
public:
    server(std::uint16_t port, bool batches);
    void run();

private:
    void accept_all();
    void on_readable(client& c);
    std::size_t on_bytes(client& c, std::span<char> bytes);
    std::size_t on_request(client& c, std::string_view text);
    std::size_t upgrade(client& c, std::string_view head);
    void publish(std::string_view event);
    void flush();
    void send_to(client& c, std::string_view bytes);
    void sweep();

    bool const batches_;
    int const listener_;
    int const epoll_;
    std::vector<std::unique_ptr<client>> clients_;
    std::vector<client*> subscribers_;
    std::string batch_;
    std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 20);
    bool somebody_gone_ = false;
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
    : batches_{batches}, listener_{listen_on(port)}, epoll_{epoll_create1(EPOLL_CLOEXEC)}
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
        flush();
        if (somebody_gone_) sweep();
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
    if (size <= 0) {
        c.is = role::gone;
        somebody_gone_ = true;
        return;
    }
    std::span<char> const bytes{buffer_.data(), kept + static_cast<std::size_t>(size)};
    auto const rest = bytes.subspan(on_bytes(c, bytes));
    if (rest.empty() && c.is == role::subscriber)
        c.unread = std::string{};
    else
        c.unread.assign(rest.data(), rest.size());
}

std::size_t server::on_bytes(client& c, std::span<char> bytes)
{
    std::size_t used = 0;
    std::string replies;
    while (c.is == role::http) {
        auto const text = std::string_view{bytes.data(), bytes.size()}.substr(used);
        auto const taken = on_request(c, text);
        if (taken == 0) break;
        if (c.is == role::http) replies += "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        used += taken;
    }
    if (!replies.empty()) send_to(c, replies);
    while (c.is == role::publisher || c.is == role::subscriber) {
        auto const next = read_frame(bytes.subspan(used));
        if (!next) break;
        used += next->size;
        if (next->closes) c.is = role::gone;
        if (c.is == role::publisher) publish({next->payload.data(), next->payload.size()});
    }
    somebody_gone_ = somebody_gone_ || c.is == role::gone;
    return used;
}

// Returns the size of the request; 0 where it is not all there.
std::size_t server::on_request(client& c, std::string_view text)
{
    auto const head_end = text.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return 0;
    auto const head = text.substr(0, head_end + 2);
    if (!head.starts_with("POST ")) return upgrade(c, head) + 2;
    auto const size = head_end + 4 + content_length(head);
    if (text.size() < size) return 0;
    publish(text.substr(head_end + 4, size - head_end - 4));
    return size;
}

std::size_t server::upgrade(client& c, std::string_view head)
{
    send_to(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: " +
                   accept_key(field(head, "\r\nSec-WebSocket-Key: ")) + "\r\n\r\n");
    c.is = head.starts_with("GET /pub ") ? role::publisher : role::subscriber;
    if (c.is == role::subscriber) subscribers_.push_back(&c);
    return head.size();
}

void server::publish(std::string_view event)
{
    append_frame(batch_, event);
    if (!batches_) flush();
}

void server::flush()
{
    if (batch_.empty()) return;
    for (auto* const s : subscribers_)
        send_to(*s, batch_);
    batch_.clear();
}

void server::send_to(client& c, std::string_view bytes)
{
    if (c.is == role::gone) return;
    auto const sent = send(c.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    c.is = role::gone;
    somebody_gone_ = true;
}

void server::sweep()
{
    std::erase_if(subscribers_, [](auto const* s) { return s->is == role::gone; });
    std::erase_if(clients_, [](auto const& c) {
        if (c->is == role::gone) close(c->socket);
        return c->is == role::gone;
    });
    somebody_gone_ = false;
}

void allow_many_files()
{
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
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
