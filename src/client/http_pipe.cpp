#include <client/http_pipe.hpp>

#include <client/failure.hpp>

#include <thump/version.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <utility>

namespace thump::client_side {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint32_t max_header_bytes = 64 << 10;
constexpr std::size_t max_write_bytes = std::size_t{256} << 10;

error aborted()
{
    return {asio::error::operation_aborted, "the request was cancelled", {}, {}, {}};
}

}   // namespace

http_pipe::http_pipe(asio::any_io_executor strand, endpoint where, client_options const& options)
    : strand_{std::move(strand)}
    , where_{std::move(where)}
    , options_{options}
    , service_{detail::shutdown_service::of(strand_)}
    , deadline_{strand_}
{
    service_.add(*this);
    fields_.append("Host: ").append(where_.authority);
    fields_.append("\r\nUser-Agent: thump/").append(version).append("\r\n");
    if (!options_.token.empty())
        fields_.append("Authorization: Bearer ").append(options_.token).append("\r\n");
}

http_pipe::~http_pipe()
{
    service_.remove(*this);
}

std::uint64_t http_pipe::send(http_call call, reply_handler on_reply)
{
    auto const id = next_id_++;
    if (closed_) {
        std::move(on_reply)(aborted(), http_reply{});
        return id;
    }
    if (!has_room(call)) {
        error const why{
            asio::error::no_buffer_space, "too many requests wait for their answers", {}, {}, {}};
        std::move(on_reply)(why, http_reply{});
        return id;
    }
    held_bytes_ += call.size_bytes();
    waiting_.push_back({id, std::move(call), std::move(on_reply)});
    if (!link_)
        connect();
    else
        write_some();
    return id;
}

bool http_pipe::has_room(http_call const& call) const noexcept
{
    if (waiting_.size() >= options_.max_waiting) return false;
    return held_bytes_ == 0 || held_bytes_ + call.size_bytes() <= options_.max_waiting_bytes;
}

void http_pipe::cancel(std::uint64_t id, asio::cancellation_type type)
{
    using enum asio::cancellation_type;
    if (type == none) return;
    bool const only_total = (type & (terminal | partial)) == none;
    for (auto* const queue : {&waiting_, &sent_})
        for (auto at = queue->begin(); at != queue->end(); ++at) {
            if (at->id != id || !at->on_reply) continue;
            if (only_total && queue == &sent_ && !at->call.is_safe()) return;
            auto on_reply = std::move(at->on_reply);
            // What was sent keeps its place in the order of answers.
            if (queue == &waiting_) {
                held_bytes_ -= at->call.size_bytes();
                waiting_.erase(at);
            }
            std::move(on_reply)(aborted(), http_reply{});
            return;
        }
}

void http_pipe::close()
{
    closed_ = true;
    drop_link();
    deadline_.cancel();
    release(sent_);
    release(waiting_);
    auto waiting = std::exchange(waiting_, {});
    tell_all(std::exchange(sent_, {}), aborted());
    tell_all(std::move(waiting), aborted());
}

// Handlers may own the client, and call back as they go: nothing of this is in use by then.
void http_pipe::destroy_handlers()
{
    closed_ = true;
    auto const sent = std::exchange(sent_, {});
    auto const waiting = std::exchange(waiting_, {});
    held_bytes_ = 0;
}

// ---------------------------------------------------------------- the connection

void http_pipe::connect()
{
    link_ = std::make_shared<link>(strand_);
    watch();
    link_->resolver.async_resolve(
        where_.host, where_.port,
        [self = shared_from_this(), l = link_](error_code ec, tcp::resolver::results_type found) {
            if (l != self->link_) return;
            if (ec) return self->lose(ec);
            asio::async_connect(l->socket, found, [self, l](error_code e, tcp::endpoint const&) {
                self->on_connect(l, e);
            });
        });
}

void http_pipe::on_connect(link_ptr const& l, error_code ec)
{
    if (l != link_) return;
    if (ec) return lose(ec);
    error_code ignored;
    l->socket.set_option(tcp::no_delay{true}, ignored);
    l->open = true;
    watch();
    read_next();
    write_some();
}

void http_pipe::write_some()
{
    auto& l = *link_;
    if (!l.open || l.writing) return;
    l.output.clear();
    while (!waiting_.empty() && sent_.size() < options_.max_in_flight &&
           l.output.size() < max_write_bytes) {
        append(l.output, waiting_.front().call);
        sent_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        sent_.back().sent_at = clock::now();
        if (sent_.size() == 1) watch();
    }
    if (l.output.empty()) return;
    l.writing = true;
    asio::async_write(l.socket, asio::buffer(l.output),
                      [self = shared_from_this(), held = link_](error_code ec, std::size_t) {
                          held->writing = false;
                          if (held != self->link_) return;
                          // A server that refuses a request may answer without reading it whole,
                          // so its answer is looked for before the connection is given up.
                          if (!ec) self->write_some();
                      });
}

void http_pipe::append(std::string& out, http_call const& call) const
{
    out.append(call.is_safe() ? "GET " : "POST ").append(call.target).append(" HTTP/1.1\r\n");
    out.append(fields_).append("Accept: application/json\r\n");
    if (!call.is_safe())
        out.append("Content-Type: ")
            .append(call.content_type)
            .append("\r\nContent-Length: ")
            .append(std::to_string(call.body.size()))
            .append("\r\n");
    out.append("\r\n").append(call.body);
}

// A read is always under way, so that the end of an idle connection is seen before it is used.
void http_pipe::read_next()
{
    auto& l = *link_;
    l.reply.emplace();
    l.reply->header_limit(max_header_bytes);
    l.reply->body_limit(options_.max_body_bytes);
    http::async_read(l.socket, l.input, *l.reply,
                     [self = shared_from_this(), held = link_](error_code ec, std::size_t) {
                         if (held != self->link_) return;
                         if (ec) return self->lose(ec);
                         self->on_reply();
                     });
}

void http_pipe::on_reply()
{
    auto const status = link_->reply->get().result_int();
    // Nobody asked, neither for an answer nor for another protocol.
    if (sent_.empty() || status == 101) return lose(make_error_code(errc::protocol_error));
    // The final answer is yet to come (RFC 9110, section 15.2), within the request's own deadline.
    if (status < 200) return read_next();
    auto const last = !link_->reply->keep_alive();
    auto message = link_->reply->release();
    ++link_->answered;
    auto done = std::move(sent_.front());
    sent_.pop_front();
    held_bytes_ -= done.call.size_bytes();
    if (last) {
        // The server has not looked at what was sent behind (RFC 9112, section 9.6).
        drop_link();
        for (; !sent_.empty(); sent_.pop_back())
            if (sent_.back().on_reply)
                waiting_.push_front(std::move(sent_.back()));
            else
                held_bytes_ -= sent_.back().call.size_bytes();
        if (!waiting_.empty()) connect();
    } else {
        write_some();
        read_next();
    }
    watch();
    if (done.on_reply)
        std::move(done.on_reply)(error{},
                                 http_reply{message.result_int(), std::move(message.body())});
}

// Gives up the connection, and with it what it was to answer.
void http_pipe::lose(error_code ec)
{
    bool const late = ec == make_error_code(errc::request_timeout);
    bool const was_kept =
        !late && link_->answered != 0 && !(link_->reply && link_->reply->got_some());
    bool const was_open = link_->open;
    auto const overdue = clock::now() - options_.request_timeout;
    drop_link();
    std::deque<request> failed;
    std::deque<request> behind;   // the late one; each has time left itself
    if (!was_open) failed.swap(waiting_);
    while (!sent_.empty()) {
        auto& r = sent_.back();
        bool const is_behind = late && r.sent_at > overdue;
        bool const is_wanted = r.on_reply != nullptr;   // it was not cancelled
        // A kept connection may have been closed before the request came; what only asks may ask
        // again.
        if (is_wanted && (was_kept || is_behind) && r.call.is_safe() &&
            !std::exchange(r.tried, true))
            waiting_.push_front(std::move(r));
        else
            (is_behind ? behind : failed).push_front(std::move(r));
        sent_.pop_back();
    }
    if (!waiting_.empty()) connect();
    watch();
    release(failed);
    release(behind);
    tell_all(std::move(failed), connection_failure(ec, where_.authority));
    tell_all(std::move(behind),
             connection_failure(asio::error::connection_aborted, where_.authority));
}

// What is under way on the connection ends, and finds that it is no longer the one.
void http_pipe::drop_link()
{
    if (!link_) return;
    error_code ignored;
    link_->resolver.cancel();
    link_->socket.close(ignored);
    link_.reset();
}

void http_pipe::release(std::deque<request> const& requests) noexcept
{
    for (auto const& r : requests)
        held_bytes_ -= r.call.size_bytes();
}

void http_pipe::tell_all(std::deque<request> requests, error const& why)
{
    for (auto& r : requests)
        if (r.on_reply) std::move(r.on_reply)(why, http_reply{});
}

// Sets the deadline to that of the connection, or of the oldest request.
void http_pipe::watch()
{
    if (link_ && !link_->open)
        deadline_.expires_after(options_.connect_timeout);
    else if (link_ && !sent_.empty())
        deadline_.expires_at(sent_.front().sent_at + options_.request_timeout);
    else {
        deadline_.cancel();
        return;
    }
    deadline_.async_wait([weak = weak_from_this(), held = std::weak_ptr{link_}](error_code ec) {
        auto const self = weak.lock();
        if (ec || !self || !self->link_ || held.lock() != self->link_) return;
        // It may have been set anew, or not be wanted any more, when this was already on its way.
        if (clock::now() < self->deadline_.expiry()) return;
        if (self->link_->open && self->sent_.empty()) return;
        self->lose(make_error_code(errc::request_timeout));
    });
}

}   // namespace thump::client_side
