#include <net/ws_session.hpp>

#include <net/connection.hpp>
#include <net/shard.hpp>
#include <wire/ws_deflate.hpp>
#include <wire/ws_frame.hpp>

#include <algorithm>
#include <utility>

namespace thump::net {
namespace {

// What the least message counts for, in bytes.
constexpr std::size_t least_cost = 256;

}   // namespace

ws_session::ws_session(net::connection& c, std::unique_ptr<ws_handler> handler,
                       wire::ws_reader::options const& limits)
    : connection_{c}
    , handler_{std::move(handler)}
    , reader_{limits}
    , next_ping_{std::chrono::steady_clock::now() + c.home().options().ping_interval}
    , deflates_{limits.deflate}
{
}

bool ws_session::open() const noexcept
{
    return !closing_ && connection_.open();
}

void ws_session::send(std::string_view message, bool binary)
{
    if (closing_) return;
    auto& out = connection_.outbox().bytes();
    auto const op = binary ? wire::opcode::binary : wire::opcode::text;
    if (deflates_) return wire::append_ws_deflated(out, op, message);
    wire::append_ws_header(out, op, message.size());
    out += message;
}

// ---------------------------------------------------------------- reading

std::size_t ws_session::on_bytes(std::span<char> bytes)
{
    using kind = wire::ws_received::kind;
    auto const given = bytes.size();
    bool completed = false;
    while (connection_.open() && !connection_.replies_blocked()) {
        if (!bytes.empty() && connection_.yield_if_due()) break;
        auto const r = reader_.next(bytes);
        if (r.what == kind::nothing) break;
        connection_.spend(std::max(r.payload.size(), least_cost));
        on_received(r);
        completed = completed || !reader_.in_message();
    }
    note_progress(completed);
    return given - bytes.size();
}

void ws_session::note_progress(bool completed)
{
    bool const goes_on = message_by_ != steady_time{} && !completed;
    if (!reader_.in_message())
        message_by_ = {};
    else if (!goes_on)
        message_by_ = std::chrono::steady_clock::now() + connection_.home().options().body_timeout;
}

void ws_session::on_received(wire::ws_received const& r)
{
    using kind = wire::ws_received::kind;
    switch (r.what) {
    case kind::text:
    case kind::binary:
        // After our close frame the peer may still be sending; it is no longer listened to.
        if (!closing_) handler_->on_message(*this, r.payload, r.what == kind::binary);
        return;
    case kind::ping:
        if (!closing_)
            wire::append_ws_control(connection_.outbox().bytes(), wire::opcode::pong, r.payload);
        return;
    case kind::pong:
        ping_unanswered_ = false;
        return;
    case kind::close:
        return on_peer_close(r.code);
    case kind::failure:
        close(r.code, r.payload);
        return connection_.finish();
    case kind::nothing:
        return;
    }
}

void ws_session::on_peer_close(std::uint16_t code)
{
    close(code, {});   // the answer to a close frame is its echo
    connection_.finish();
}

void ws_session::on_end_of_input()
{
    connection_.abort();
}

// ---------------------------------------------------------------- closing

void ws_session::close(errc why)
{
    if (open()) connection_.end_queue();
    auto const& info = describe(why);
    close(static_cast<std::uint16_t>(info.close_code), info.sentence);
}

void ws_session::close(std::uint16_t code, std::string_view reason)
{
    if (std::exchange(closing_, true)) return;
    connection_.unsubscribe();
    wire::append_ws_close(connection_.outbox().bytes(), code, reason);
    close_by_ = std::chrono::steady_clock::now() + connection_.home().options().close_timeout;
    connection_.flush();
}

void ws_session::on_drain()
{
    connection_.stop_events();
    ending_ = true;
    connection_.flush();
}

void ws_session::on_all_sent()
{
    if (ending_) close(errc::going_away);
}

// ---------------------------------------------------------------- time

void ws_session::on_tick(steady_time now)
{
    if (closing_) {
        if (now >= close_by_) connection_.abort();
        return;
    }
    auto const& options = connection_.home().options();
    // A subscriber may stop reading: its queue acts by its policy. Who only publishes has no queue.
    if (!connection_.subscriber() && connection_.replies_overdue(now)) return connection_.abort();
    if (message_by_ != steady_time{}) {
        // What is not read from the peer cannot end.
        if (connection_.replies_blocked())
            message_by_ = now + options.body_timeout;
        else if (now >= message_by_)
            return close(errc::request_timeout);
    }
    // A peer that reads nothing cannot see the ping; once it reads it has the whole time. Its
    // kernel still answers ours, which ends the connection should it stop doing so.
    if (connection_.write_blocked()) {
        pong_by_ = now + options.pong_timeout;
        return;
    }
    if (ping_unanswered_) {
        if (now >= pong_by_) close(errc::pong_timeout);
        return;
    }
    if (now < next_ping_) return;
    ping_unanswered_ = true;
    pong_by_ = now + options.pong_timeout;
    next_ping_ = now + options.ping_interval;
    wire::append_ws_control(connection_.outbox().bytes(), wire::opcode::ping, {});
    connection_.flush();
}

}   // namespace thump::net
