#include <net/connection.hpp>

#include <net/shard.hpp>

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

bool would_block(error_code ec) noexcept
{
    return ec == asio::error::would_block || ec == asio::error::try_again;
}

// Adds to the shard's totals what happens to a subscriber's ledger within a scope.
class accounting {
public:
    accounting(shard& home, subscriber const* s) noexcept : home_{home}, subscriber_{s}
    {
        if (!s) return;
        before_ = s->events.backlog.ledger();
        gaps_before_ = s->events.gaps_told;
    }
    accounting(accounting const&) = delete;
    accounting& operator=(accounting const&) = delete;

    // Before the subscriber goes, or anything else accounts for it.
    void settle()
    {
        auto const* const s = std::exchange(subscriber_, nullptr);
        if (!s) return;
        auto const& after = s->events.backlog.ledger();
        auto const gaps = s->events.gaps_told - gaps_before_;
        if (after != before_ || gaps != 0) home_.account(before_, after, gaps);
    }

private:
    shard& home_;
    subscriber const* subscriber_;
    ledger before_;
    std::uint64_t gaps_before_ = 0;
};

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

std::string connection::remote() const
{
    error_code ec;
    auto const peer = socket_.remote_endpoint(ec);
    if (ec) return {};
    auto const address = peer.address();
    auto const host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    return host + ':' + std::to_string(peer.port());
}

// ---------------------------------------------------------------- reading

void connection::wait_readable()
{
    if (reading_ || input_ended_ || state_ == state::closed) return;
    if (state_ == state::open && (replies_blocked() || !held_.empty())) return;
    reading_ = true;
    socket_.async_wait(socket_type::wait_read,
                       [self = shared_from_this()](error_code ec) { self->on_readable(ec); });
}

void connection::on_readable(error_code ec)
{
    reading_ = false;
    if (state_ == state::closed) return;
    if (ec) return abort();
    auto const buffer = home_.read_buffer();
    auto const size = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), ec);
    if (ec == asio::error::eof) return on_input_end();
    if (ec && !would_block(ec)) return abort();
    if (size > 0 && state_ == state::open) feed(buffer.first(size));
    wait_readable();
}

void connection::on_input_end()
{
    input_ended_ = true;
    if (state_ == state::lingering) return abort();
    if (state_ == state::open) protocol_->on_end_of_input();
}

void connection::feed(std::span<char> bytes)
{
    auto const taken = feed_protocol(bytes);
    if (state_ != state::open) return;
    held_.append(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
    flush();
    feed_held();
}

std::size_t connection::feed_protocol(std::span<char> bytes)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ == state::open && !replies_blocked()) {
        auto const used = protocol_->on_bytes(bytes.subspan(taken));
        taken += used;
        if (next_protocol_)
            protocol_ = std::move(next_protocol_);
        else if (used == 0)
            break;
    }
    return taken;
}

void connection::feed_held()
{
    while (!held_.empty() && state_ == state::open && !replies_blocked()) {
        auto bytes = std::exchange(held_, {});
        auto const taken = feed_protocol(bytes);
        if (state_ != state::open) return;
        held_.assign(bytes, taken);
        flush();
    }
}

// ---------------------------------------------------------------- writing

void connection::flush()
{
    if (writing_ || state_ == state::lingering || state_ == state::closed) return;
    accounting change{home_, subscriber_.get()};
    error_code ec;
    net::outbox::buffers buffers;
    auto* const events = subscriber_ ? &subscriber_->events : nullptr;
    while (auto const count = outbox_.gather(events, buffers)) {
        std::span<asio::const_buffer const> const filled{buffers.data(), count};
        auto const wanted = asio::buffer_size(filled);
        auto const sent = socket_.write_some(filled, ec);
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
    all_sent();
}

void connection::all_sent()
{
    if (state_ == state::finishing)
        shut_down();
    else
        protocol_->on_all_sent();
}

void connection::wait_writable()
{
    if (writing_) return;
    writing_ = true;
    socket_.async_wait(socket_type::wait_write,
                       [self = shared_from_this()](error_code ec) { self->on_writable(ec); });
}

void connection::on_writable(error_code ec)
{
    writing_ = false;
    if (state_ == state::closed) return;
    if (ec) return abort();
    flush();
    feed_held();
    wait_readable();
}

// ---------------------------------------------------------------- events

void connection::subscribe(std::unique_ptr<net::subscriber> s, filter const& wanted)
{
    unsubscribe();
    subscriber_ = std::move(s);
    home_.attach(*subscriber_, wanted);
}

void connection::unsubscribe()
{
    if (!subscriber_) return;
    home_.detach(*subscriber_);
    accounting change{home_, subscriber_.get()};
    outbox_.abandon_events(subscriber_->events);
    change.settle();
    subscriber_.reset();
    home_.broker().leave();
}

void connection::stop_events()
{
    if (subscriber_) home_.detach(*subscriber_);
}

void connection::on_turn(fan_batch const& batch)
{
    // Replies of the request being read may wait: they go first.
    if (!writing_ && !outbox_.idle(&subscriber_->events)) flush();
    if (!subscriber_ || !subscriber_->group) return;
    if (!writing_)
        send_batch(*subscriber_, batch);
    else
        queue_batch(*subscriber_, batch);
}

// The fast path: one send for the whole turn, nothing queued, nothing allocated.
void connection::send_batch(net::subscriber& s, fan_batch const& batch)
{
    error_code ec;
    auto const sent = socket_.write_some(asio::buffer(batch.bytes.data(), batch.bytes.size()), ec);
    if (ec && !would_block(ec)) return abort();

    accounting change{home_, &s};
    auto& backlog = s.events.backlog;
    if (sent == batch.bytes.size()) {
        backlog.delivered_directly(batch.events.size());
        return change.settle();
    }
    auto const first_left =
        static_cast<std::size_t>(std::ranges::upper_bound(batch.ends, sent) - batch.ends.begin());
    auto const begun = sent - (first_left == 0 ? 0 : batch.ends[first_left - 1]);
    backlog.delivered_directly(first_left);
    auto const result = outbox_.push_partly_sent(s.events, batch.events.subspan(first_left), begun);
    change.settle();
    wait_writable();
    if (result == core::push_result::closed) protocol_->on_slow_consumer();
}

void connection::queue_batch(net::subscriber& s, fan_batch const& batch)
{
    accounting change{home_, &s};
    auto result = core::push_result::queued;
    for (auto const& e : batch.events) {
        result = s.events.backlog.push(e);
        if (result == core::push_result::closed) break;
    }
    change.settle();
    if (result == core::push_result::closed) protocol_->on_slow_consumer();
}

// ---------------------------------------------------------------- ending

void connection::finish()
{
    if (state_ != state::open) return;
    state_ = state::finishing;
    linger_until_ = std::chrono::steady_clock::now() + home_.options().close_timeout;
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
}

void connection::on_tick(steady_time now)
{
    if (state_ == state::open)
        protocol_->on_tick(now);
    else if (now >= linger_until_)
        abort();
}

void connection::on_drain()
{
    if (state_ == state::open) protocol_->on_drain();
}

}   // namespace thump::net
