#include <support/sse_peer.hpp>

#include <boost/json/parse.hpp>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace thump::test {

boost::json::object sse_record::json() const
{
    return boost::json::parse(data).as_object();
}

std::optional<sse_record> take_record(std::string& stream)
{
    auto const end = stream.find("\n\n");
    if (end == std::string::npos) return std::nullopt;
    sse_record record;
    auto lines = stream.substr(0, end + 1);
    stream.erase(0, end + 2);
    while (!lines.empty()) {
        auto const line = lines.substr(0, lines.find('\n'));
        lines.erase(0, line.size() + 1);
        auto const value = line.substr(std::min(line.size(), line.find(' ') + 1));
        if (line == ":")
            record.comment = true;
        else if (line.starts_with("id: "))
            record.id = value;
        else if (line.starts_with("event: "))
            record.event = value;
        else if (line.starts_with("data: ") && record.data.empty())
            record.data = value;
        else if (line.starts_with("retry: "))
            record.retry = value;
        else
            throw std::runtime_error{"not an event stream: " + line};
    }
    return record;
}

void chunk_decoder::decode(std::string& bytes, std::string& data)
{
    auto const demand = [](bool holds) {
        if (!holds) throw std::runtime_error{"the chunked coding is broken"};
    };
    while (!bytes.empty()) {
        demand(!complete_);
        auto const line_end = bytes.find("\r\n");
        if (line_end == std::string::npos) return;
        std::size_t size = 0;
        auto const [end, fault] = std::from_chars(bytes.data(), bytes.data() + line_end, size, 16);
        demand(fault == std::errc{} && end == bytes.data() + line_end);
        auto const whole = line_end + 2 + size + 2;
        if (bytes.size() < whole) return;
        demand(bytes.compare(whole - 2, 2, "\r\n") == 0);
        data.append(bytes, line_end + 2, size);
        bytes.erase(0, whole);
        complete_ = size == 0;
    }
}

sse_peer::sse_peer(peer&& connected, std::string_view query, int version)
    : peer{std::move(connected)}, chunked_{version == 11}
{
    send("GET /v1/events" + std::string{query} + (chunked_ ? " HTTP/1.1" : " HTTP/1.0") +
         "\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n");
    auto const reply = read_head(*this);
    if (reply.status != 200 || reply.field("Content-Type") != "text/event-stream" ||
        (reply.field("Transfer-Encoding") == "chunked") != chunked_)
        throw std::runtime_error{"no event stream: " + reply.head};
    if (next().retry.empty()) throw std::runtime_error{"no retry"};
    auto const first = next();
    if (first.event != "thump.welcome") throw std::runtime_error{"no welcome"};
    welcome = first.json();
}

std::optional<sse_record> sse_peer::take()
{
    if (!chunked_) return take_record(unread());
    chunks_.decode(unread(), stream_);
    return take_record(stream_);
}

sse_record sse_peer::next()
{
    while (true) {
        if (auto record = take()) return std::move(*record);
        if (!receive_more()) throw std::runtime_error{"the event stream has ended"};
    }
}

bool sse_peer::ends_well()
{
    while (receive_more()) {
    }
    while (take()) {
    }
    if (was_reset() || !unread().empty() || !stream_.empty()) return false;
    return !chunked_ || chunks_.complete();
}

}   // namespace thump::test
