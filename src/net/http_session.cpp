#include <net/http_session.hpp>

#include <net/connection.hpp>
#include <net/shard.hpp>

#include <utility>

namespace thump::net {

http_session::http_session(net::connection& c, request_handler& handler)
    : connection_{c}
    , handler_{handler}
    , parser_{{c.home().options().max_header_bytes, c.home().options().max_body_bytes}}
    , phase_since_{std::chrono::steady_clock::now()}
{
}

std::size_t http_session::on_bytes(std::span<char> bytes)
{
    auto const used = parser_.feed({bytes.data(), bytes.size()});
    switch (parser_.state()) {
    case http_parser::status::need_more:
        note_progress();
        break;
    case http_parser::status::expect_continue:
        note_progress();
        connection_.outbox().push_bytes(continue_response);
        break;
    case http_parser::status::complete:
        handler_.handle(*this, parser_.request());
        parser_.next();
        enter(phase::idle);
        break;
    case http_parser::status::failed:
        answer_failure(parser_.failure());
        break;
    }
    return used;
}

void http_session::respond(http_response response, http_request const& request)
{
    response.head_only = request.method == http_method::head;
    if (connection_.home().draining()) response.close = true;
    append_response(connection_.outbox().bytes(), response, request, handler_.date());
    if (response.close || !request.keep_alive) connection_.finish();
}

void http_session::upgrade(std::string_view response, std::unique_ptr<protocol> next)
{
    connection_.outbox().push_bytes(response);
    connection_.become(std::move(next));
}

void http_session::answer_failure(error const& why)
{
    append_final_response(connection_.outbox().bytes(), make_problem(why), handler_.date());
    connection_.finish();
}

void http_session::on_end_of_input()
{
    parser_.end_of_input();
    if (parser_.state() == http_parser::status::failed)
        answer_failure(parser_.failure());
    else
        connection_.finish();
}

void http_session::enter(phase next) noexcept
{
    phase_ = next;
    phase_since_ = std::chrono::steady_clock::now();
}

void http_session::note_progress() noexcept
{
    if (parser_.head_complete()) {
        if (phase_ != phase::body) enter(phase::body);
    } else if (parser_.started() && phase_ == phase::idle) {
        enter(phase::head);
    } else if (!parser_.started() && phase_ == phase::head) {
        phase_ = phase::idle;   // it was the empty line that some clients send behind a body
    }
}

std::chrono::milliseconds http_session::time_allowed() const noexcept
{
    auto const& options = connection_.home().options();
    switch (phase_) {
    case phase::first_head:
    case phase::head:
        return options.header_timeout;
    case phase::body:
        return options.body_timeout;
    case phase::idle:
        break;
    }
    return options.idle_timeout;
}

bool http_session::idle() const noexcept
{
    return phase_ == phase::idle || !parser_.started();
}

void http_session::on_tick(steady_time now)
{
    if (connection_.replies_overdue(now)) return connection_.abort();
    on_drain();
    if (!connection_.open()) return;
    // A reply under way is no idle time, and a peer that is not read from cannot end its request.
    if (connection_.replies_blocked() || (idle() && connection_.write_blocked())) {
        phase_since_ = now;
        return;
    }
    if (now - phase_since_ < time_allowed()) return;
    if (idle()) return connection_.finish();
    answer_failure({errc::request_timeout, {}, {}, {}, {}});
}

void http_session::on_drain()
{
    // While streams are being drained, /readyz is still answered on connections that are open.
    auto& home = connection_.home();
    if (home.draining() && idle() && !home.streaming()) connection_.finish();
}

}   // namespace thump::net
