#include <net/connection.hpp>

#include <net/accounting.hpp>
#include <net/delivery_count.hpp>
#include <net/shard.hpp>
#include <net/timed_end.hpp>
#include <net/would_block.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace thump::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How long a peer that was told that nothing follows may go on sending. Closing at once would make
// its kernel throw away our last reply (RFC 9112, 9.6).
constexpr std::chrono::seconds linger_time{2};

// What a bounded rate may make up for at once, when a timer came late.
constexpr std::chrono::milliseconds max_catch_up{5};

}   // namespace

connection::connection(socket_type socket, shard& home) : home_{home}, socket_{std::move(socket)} {}

connection::~connection() = default;

void connection::start(std::unique_ptr<net::protocol> first)
{
    protocol_ = std::move(first);
    wait_readable();
}

bool connection::replies_blocked() const noexcept
{
    return outbox_.byte_count() > home_.options().max_reply_backlog_bytes;
}

bool connection::replies_overdue(steady_time now) noexcept
{
    auto const& options = home_.options();
    return replies_.missed(outbox_.taken(), outbox_.unqueued_bytes(), options.send_buffer_bytes,
                           now, options.send_timeout);
}

std::string connection::remote() const
{
    error_code ec;
    auto const peer = socket_.remote_endpoint(ec);
    if (ec) return {};
    auto const address = peer.address();
    auto const host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    return host + ':' + std::to_string(peer.port());
}

// ---------------------------------------------------------------- writing

void connection::flush()
{
    if (writing_ || state_ == state::lingering || state_ == state::closed) return;
    accounting change{home_, subscriber_.get()};
    error_code ec;
    auto& buffers = home_.send_buffers();
    auto* const events = subscriber_ ? &subscriber_->events : nullptr;
    for (;;) {
        if (events && events->backlog.wants_refill()) home_.refill(*subscriber_);
        auto const filled = outbox_.gather(events, buffers, events_allowed());
        if (filled.buffers == 0) break;
        note_sent(filled.events);
        std::span<asio::const_buffer const> const bytes{buffers.data(), filled.buffers};
        auto const wanted = asio::buffer_size(bytes);
        // One buffer, as a reply mostly is, goes by a cheaper system call.
        auto const sent = bytes.size() == 1 ? socket_.write_some(bytes.front(), ec)
                                            : socket_.write_some(bytes, ec);
        if (ec && !would_block(ec)) {
            change.settle();
            return abort();
        }
        outbox_.consume(events, sent);
        if (sent < wanted) {
            change.settle();
            return wait_writable();
        }
    }
    change.settle();
    if (outbox_.idle(events)) all_sent();
}

// How many events may be begun now, where the stream's rate is bounded.
std::size_t connection::events_allowed()
{
    auto const* const bounds = subscriber_ ? subscriber_->bounds.get() : nullptr;
    if (!bounds || bounds->interval.count() == 0 || subscriber_->hurried) return SIZE_MAX;
    auto const now = std::chrono::steady_clock::now();
    auto const next = std::max(bounds->next_send, now - max_catch_up);
    if (next <= now) return static_cast<std::size_t>((now - next) / bounds->interval) + 1;
    if (!subscriber_->events.backlog.idle()) home_.wake(*subscriber_, next);
    return 0;
}

void connection::note_sent(std::size_t events)
{
    auto* const bounds = subscriber_ ? subscriber_->bounds.get() : nullptr;
    if (!bounds || bounds->interval.count() == 0 || events == 0) return;
    auto const now = std::chrono::steady_clock::now();
    bounds->next_send = std::max(bounds->next_send, now - max_catch_up) +
                        bounds->interval * static_cast<std::int64_t>(events);
}

void connection::all_sent()
{
    if (state_ == state::finishing)
        shut_down();
    else if (subscriber_ && subscriber_->over)
        protocol_->on_end_of_stream();
    else
        protocol_->on_all_sent();
}

void connection::wait_writable()
{
    if (writing_) return;
    writing_ = true;
    blocked_since_ = std::chrono::steady_clock::now();
    socket_.async_wait(socket_type::wait_write,
                       [self = shared_from_this()](error_code ec) { self->on_writable(ec); });
}

void connection::on_writable(error_code ec)
{
    writing_ = false;
    if (state_ == state::closed) return;
    if (ec) return abort();
    if (subscriber_) home_.note_blocked(std::chrono::steady_clock::now() - blocked_since_);
    flush();
    feed_held();
    wait_readable();
}

// ---------------------------------------------------------------- events

std::uint64_t connection::subscribe(std::unique_ptr<net::subscriber> s)
{
    end_subscription();   // its place goes to the new one
    subscriber_ = std::move(s);
    return home_.attach(*subscriber_);
}

void connection::unsubscribe()
{
    if (end_subscription()) home_.broker().leave();
}

void connection::end_queue()
{
    if (!subscriber_) return;
    accounting change{home_, subscriber_.get()};
    auto& events = subscriber_->events;
    outbox_.detach_begun(events);
    home_.note_unread(events.backlog.ledger().queued);
    for (auto const& lost : events.backlog.end(home_.broker().history(), subscriber_->plan->wanted))
        outbox_.tell(events, lost);
    change.settle();
}

bool connection::end_subscription()
{
    if (!subscriber_) return false;
    home_.forget(*subscriber_);
    accounting change{home_, subscriber_.get()};
    home_.note_unread(subscriber_->events.backlog.ledger().queued);
    outbox_.abandon_events(subscriber_->events);
    change.settle();
    subscriber_.reset();
    replies_.reset();   // while it subscribed, its queue acted
    return true;
}

void connection::stop_events()
{
    if (!subscriber_) return;
    home_.detach(*subscriber_);
    subscriber_->hurried = true;
}

bool connection::begin_turn(fan_batch const& batch)
{
    // Replies of the request being read may wait: they go first.
    if (!writing_ && !outbox_.idle(&subscriber_->events)) flush();
    if (!subscriber_ || !subscriber_->group) return false;
    auto& s = *subscriber_;
    if (!writing_ && !s.bounds && outbox_.idle(&s.events)) return true;
    queue_batch(s, batch);
    return false;
}

// The fast path: one send for the whole turn, nothing queued, nothing allocated.
connection::offered connection::offer(fan_batch const& batch) noexcept
{
    offered result;
    result.sent =
        socket_.write_some(asio::buffer(batch.bytes.data(), batch.bytes.size()), result.ec);
    return result;
}

void connection::end_turn(fan_batch const& batch, offered const& taken)
{
    auto const& [sent, ec] = taken;
    if (ec && !would_block(ec)) return abort();

    auto& s = *subscriber_;
    accounting change{home_, &s};
    auto& backlog = s.events.backlog;
    auto const first_left =
        sent == batch.bytes.size()
            ? batch.events.size()
            : static_cast<std::size_t>(std::ranges::upper_bound(batch.ends, sent) -
                                       batch.ends.begin());
    backlog.delivered_directly(first_left);
    if (batch.counted)
        for (auto const& e : batch.events.first(first_left))
            count(*e, core::push_result::queued);
    if (first_left == batch.events.size()) {
        home_.note_written();
        return change.settle();
    }

    auto const begun = sent - (first_left == 0 ? 0 : batch.ends[first_left - 1]);
    auto const result = outbox_.push_partly_sent(s.events, batch.events.subspan(first_left), begun);
    change.settle();
    home_.note_behind(s);
    wait_writable();
    if (result == core::push_result::closed) protocol_->on_slow_consumer();
}

void connection::queue_batch(net::subscriber& s, fan_batch const& batch)
{
    accounting change{home_, &s};
    auto result = core::push_result::queued;
    if (s.bounds) look_at_clock(s.bounds->moment, s.bounds->last, home_.broker().history());
    for (auto const& e : batch.events) {
        if (s.bounds && e->seq > s.bounds->last) {
            s.over = true;
            break;
        }
        result = s.events.backlog.push(e);
        count(*e, result);
        if (s.bounds && e->seq == s.bounds->last) s.over = true;
        if (result == core::push_result::closed) break;
    }
    change.settle();
    home_.note_behind(s);
    if (result == core::push_result::closed) return protocol_->on_slow_consumer();
    if (s.over) home_.detach(s);
    flush();
}

// ---------------------------------------------------------------- ending

void connection::finish()
{
    if (state_ != state::open) return;
    state_ = state::finishing;
    held_ = {};
    flush();
    wait_readable();   // to know when the peer has finished too
}

void connection::shut_down()
{
    error_code ec;
    socket_.shutdown(socket_type::shutdown_send, ec);
    if (ec || input_ended_) return abort();
    state_ = state::lingering;
    linger_until_ = std::chrono::steady_clock::now() + linger_time;
}

void connection::abort()
{
    if (state_ == state::closed) return;
    state_ = state::closed;
    // Whoever called may be a member function of this, or of the protocol.
    asio::post(socket_.get_executor(), [self = shared_from_this()] {});
    unsubscribe();
    error_code ignored;
    socket_.close(ignored);
    home_.remove(*this);
    if (streaming_) home_.end_stream();
}

void connection::on_tick(steady_time now)
{
    if (state_ == state::open) {
        end_stream_in_time();
        protocol_->on_tick(now);
    } else if (state_ == state::finishing ? replies_overdue(now) : now >= linger_until_) {
        abort();
    }
}

// The event that a stream was to end with may be none of those that it is given. Requires: between
// two turns.
void connection::end_stream_in_time()
{
    auto* const bounds = subscriber_ ? subscriber_->bounds.get() : nullptr;
    if (!bounds || subscriber_->over) return;
    look_at_clock(bounds->moment, bounds->last, home_.broker().history());
    if (home_.broker().last_seq() < bounds->last) return;
    subscriber_->over = true;
    home_.detach(*subscriber_);
    flush();
}

void connection::on_drain()
{
    if (state_ == state::open) protocol_->on_drain();
}

}   // namespace thump::net
