#include "subscriber.hpp"

#include "inflater.hpp"
#include "wire.hpp"

#include <charconv>

namespace load {
namespace {

// What a subscription that publishes nothing may find at the end of a piece of a stream: the
// beginning of the beginning of an event.
constexpr std::size_t kept_of_nothing = 8;

connection::plan plan_of(options const& o, unsigned index)
{
    constexpr std::uint32_t first_source = 0x7f000002;   // 127.0.0.2
    auto const sources = static_cast<unsigned>(o.source_count);
    bool const slow = index >= static_cast<unsigned>(o.subscribers - o.slow);
    return {o.subscribe_at,
            o.subprotocol,
            sources > 1 ? first_source + index % sources : 0,
            slow ? o.slow_receive_buffer : 0,
            o.subscribe_at.via != transport::tcp,
            o.deflate};
}

// The number that stands behind a name in JSON; 0 where there is none.
std::uint64_t number_after(std::string_view json, std::string_view name)
{
    std::uint64_t value = 0;
    if (auto const at = json.find(name); at != std::string_view::npos)
        std::from_chars(json.data() + at + name.size(), json.data() + json.size(), value);
    return value;
}

std::string_view expand(std::string_view payload)
{
    static inflater shared;
    return shared.expand(payload);
}

}   // namespace

subscriber::subscriber(poller& p, options const& o, payload const& events, tally& counts,
                       unsigned index)
    : connection{p, plan_of(o, index)}
    , options_{o}
    , payload_{events}
    , counts_{counts}
    , index_{index}
{
    progress_.last.resize(static_cast<std::size_t>(o.publishers));
}

void subscriber::on_open()
{
    auto const hello = greeting(options_, false, index_);
    if (hello.empty()) return;
    if (options_.subscribe_at.via == transport::websocket)
        append_frame(out(), opcode::binary, hello);
    else
        out() += hello;
}

void subscriber::sleep()
{
    progress_.counts = false;
    pause_reading(true);
}

std::size_t subscriber::on_bytes(std::span<char const> bytes)
{
    if (options_.subscribe_at.via == transport::websocket) return read_frames(bytes);
    return scan({bytes.data(), bytes.size()});
}

std::size_t subscriber::read_frames(std::span<char const> bytes)
{
    std::size_t used = 0;
    for (;;) {
        auto const next = read_frame(bytes.subspan(used));
        if (next.size == 0) return used;
        used += next.size;
        if (next.op == opcode::ping) {
            append_frame(out(), opcode::pong, next.payload);
            flush();
        } else if (next.op == opcode::text || next.op == opcode::binary) {
            on_message(next.compressed ? expand(next.payload) : next.payload);
        }
    }
}

void subscriber::on_message(std::string_view message)
{
    if (options_.speak != dialect::plain) {
        stream_ += message;
        stream_.erase(0, scan(stream_));
        return;
    }
    auto const found = payload_.find(message);
    if (found.what == payload::outcome::intact)
        counts_.receive(progress_, found, message, home().read_at());
    else if (found.what == payload::outcome::nothing)
        on_control(message);
    else
        counts_.count_corrupt();
}

void subscriber::on_control(std::string_view message)
{
    if (message.find(R"("op":"gap")") == std::string_view::npos) return;
    ++gaps_told_;
    losses_told_ += number_after(message, R"("dropped":)");
}

// Finds events in a stream, whatever stands between them.
std::size_t subscriber::scan(std::string_view stream)
{
    constexpr std::string_view nats_ping = "PING\r\n";
    if (options_.speak == dialect::nats && stream.starts_with(nats_ping)) {
        if (options_.subscribe_at.via == transport::websocket)
            append_frame(out(), opcode::binary, "PONG\r\n");
        else
            out() += "PONG\r\n";
        flush();
    }
    std::size_t used = 0;
    for (;;) {
        auto const rest = stream.substr(used);
        auto const found = payload_.find(rest);
        switch (found.what) {
        case payload::outcome::nothing:
            return used + rest.size() - std::min(rest.size(), kept_of_nothing);
        case payload::outcome::incomplete:
            return used + found.begin;
        case payload::outcome::corrupt:
            counts_.count_corrupt();
            break;
        case payload::outcome::intact:
            counts_.receive(progress_, found, rest.substr(found.begin, found.end - found.begin),
                            home().read_at());
            break;
        }
        used += found.end;
    }
}

}   // namespace load
