#include "publisher.hpp"

#include "wire.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace load {
namespace {

// More than this is not put in front of a socket that takes no more.
constexpr std::size_t most_waiting = std::size_t{1} << 20;

// The number behind a field's name in a head whose fields begin lines.
std::size_t length_in(std::string_view head)
{
    constexpr std::string_view names[] = {"\r\nContent-Length: ", "\r\ncontent-length: "};
    for (auto const name : names) {
        auto const at = head.find(name);
        std::size_t value = 0;
        if (at == std::string_view::npos) continue;
        std::from_chars(head.data() + at + name.size(), head.data() + head.size(), value);
        return value;
    }
    throw std::runtime_error{"a response has no Content-Length"};
}

}   // namespace

publisher::publisher(poller& p, options const& o, payload const& events, answers& heard,
                     unsigned index)
    : connection{p,
                 {.to = o.publish_at,
                  .subprotocol = o.subprotocol,
                  .asks = o.publish_at.via == transport::websocket}}
    , options_{o}
    , payload_{events}
    , heard_{heard}
    , index_{index}
{
}

void publisher::on_open()
{
    auto const hello = greeting(options_, true, index_);
    if (hello.empty()) return;
    if (options_.publish_at.via == transport::websocket)
        append_frame(out(), opcode::binary, hello);
    else
        out() += hello;
}

bool publisher::can_publish() const noexcept
{
    if (options_.publish_at.via == transport::http)
        return asked_.size() < static_cast<std::size_t>(options_.pipeline);
    return waiting() < most_waiting;
}

void publisher::publish(event_number number, std::uint64_t due)
{
    static std::string event;
    static std::string message;
    event.clear();
    payload_.append(event, number, due);
    message.clear();
    append_publish(message, options_, event);
    switch (options_.publish_at.via) {
    case transport::websocket:
        append_frame(out(), options_.speak == dialect::plain ? opcode::text : opcode::binary,
                     message);
        return;
    case transport::http:
        append_post(message);
        asked_.push_back(due);
        return;
    case transport::tcp:
        out() += message;
        return;
    }
}

void publisher::append_post(std::string_view event)
{
    out()
        .append("POST ")
        .append(options_.publish_at.path)
        .append(" HTTP/1.1\r\nHost: ")
        .append(options_.publish_at.host)
        .append("\r\nContent-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(event.size()))
        .append("\r\n\r\n")
        .append(event);
}

std::size_t publisher::on_bytes(std::span<char const> bytes)
{
    switch (options_.publish_at.via) {
    case transport::websocket:
        return read_frames(bytes);
    case transport::http:
        return read_responses({bytes.data(), bytes.size()});
    case transport::tcp:
        break;
    }
    return bytes.size();
}

std::size_t publisher::read_frames(std::span<char const> bytes)
{
    std::size_t used = 0;
    for (;;) {
        auto const next = read_frame(bytes.subspan(used));
        if (next.size == 0) return used;
        used += next.size;
        if (next.op != opcode::ping) continue;
        append_frame(out(), opcode::pong, next.payload);
        flush();
    }
}

std::size_t publisher::read_responses(std::string_view text)
{
    std::size_t used = 0;
    for (;;) {
        auto const rest = text.substr(used);
        auto const head_end = rest.find("\r\n\r\n");
        if (head_end == std::string_view::npos) return used;
        auto const head = rest.substr(0, head_end + 2);
        auto const size = head_end + 4 + length_in(head);
        if (rest.size() < size) return used;
        int status = 0;
        auto const code = head.substr(std::min(head.size(), head.find(' ') + 1), 3);
        std::from_chars(code.data(), code.data() + code.size(), status);
        on_response(status);
        used += size;
    }
}

void publisher::on_response(int status)
{
    ++heard_.count;
    if (status < 200 || status >= 300) ++heard_.refusals;
    if (asked_.empty()) throw std::runtime_error{"there are more responses than requests"};
    auto const now = home().read_at();
    heard_.time.add(now - std::min(now, asked_.front()));
    asked_.pop_front();
}

}   // namespace load
