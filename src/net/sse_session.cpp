#include <net/sse_session.hpp>

#include <net/connection.hpp>
#include <net/shard.hpp>
#include <wire/sse.hpp>

#include <string>

namespace thump::net {

sse_session::sse_session(connection& c, encoding form)
    : connection_{c}
    , form_{form}
    , next_comment_{std::chrono::steady_clock::now() + c.home().options().heartbeat_interval}
{
}

void sse_session::on_end_of_input()
{
    connection_.abort();
}

void sse_session::on_tick(steady_time now)
{
    if (now < next_comment_) return;
    next_comment_ = now + connection_.home().options().heartbeat_interval;
    // A peer that takes nothing needs no sign of life on top.
    if (connection_.write_blocked()) return;
    std::string comment;
    // Who was sent everything is to resume behind it, though the newest events did not match. The
    // tick comes between two turns.
    auto const* const s = connection_.subscriber();
    auto& broker = connection_.home().broker();
    if (s && s->group && s->events.backlog.idle())
        wire::append_sse_comment(comment, broker.epoch(), broker.last_seq());
    else
        wire::append_sse_comment(comment);
    if (is_chunked(form_))
        append_chunk(connection_.outbox().bytes(), comment);
    else
        connection_.outbox().push_bytes(comment);
    connection_.flush();
}

void sse_session::on_drain()
{
    connection_.stop_events();
    ending_ = true;
    connection_.flush();
}

void sse_session::on_all_sent()
{
    if (ending_) end();
}

void sse_session::on_slow_consumer()
{
    on_closed_by_operator();
}

void sse_session::on_closed_by_operator()
{
    connection_.end_queue();
    connection_.unsubscribe();
    end();
}

void sse_session::end()
{
    if (is_chunked(form_)) connection_.outbox().push_bytes("0\r\n\r\n");
    connection_.finish();
}

}   // namespace thump::net
