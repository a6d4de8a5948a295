#include <net/server_impl.hpp>

#include <net/connection.hpp>
#include <net/http_session.hpp>
#include <net/origin.hpp>
#include <wire/position.hpp>

#include <thump/errc.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace thump::detail {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How often it is looked whether there is something to tell of what was refused.
constexpr std::chrono::seconds watch_interval{1};

constexpr std::chrono::days longest_time{366};

server_options checked(server_options options)
{
    auto const require = [](bool holds, char const* rule) {
        if (!holds) throw std::invalid_argument{std::string{"thump::server_options::"} + rule};
    };
    using std::chrono::milliseconds;
    require(options.threads >= 1 && options.threads <= 64, "threads must be 1 to 64");
    require(options.max_connections >= 1, "max_connections must be at least 1");
    require(options.max_header_bytes >= 256, "max_header_bytes must be at least 256");
    require(options.max_body_bytes >= 1, "max_body_bytes must be at least 1");
    require(options.max_message_bytes >= 1 && options.max_message_bytes <= (std::size_t{1} << 30),
            "max_message_bytes must be 1 to 1073741824");
    require(options.send_buffer_bytes <= (std::size_t{1} << 30),
            "send_buffer_bytes must be at most 1073741824");
    require(options.max_queue >= 1 && options.max_queue <= 1'000'000,
            "max_queue must be 1 to 1000000");
    for (auto const time : {options.header_timeout, options.body_timeout, options.send_timeout,
                            options.idle_timeout, options.ping_interval, options.pong_timeout,
                            options.close_timeout, options.heartbeat_interval})
        require(time > milliseconds::zero() && time <= longest_time,
                "every timeout and interval must be above zero and at most a year");
    for (auto const time : {options.sse_retry, options.drain_timeout})
        require(time >= milliseconds::zero() && time <= longest_time,
                "sse_retry and drain_timeout must be zero to a year");
    require(std::ranges::all_of(options.allowed_origins, net::is_origin),
            "allowed_origins must be origins as in 'https://example.org', or '*'");
    auto const& usual = options.subscriber_defaults;
    require(usual.queue >= 1 && usual.queue <= options.max_queue,
            "subscriber_defaults.queue must be 1 to max_queue");
    require(usual.queue_bytes >= 1, "subscriber_defaults.queue_bytes must be at least 1");
    require(!usual.key.empty(), "subscriber_defaults.key must not be empty");
    return options;
}

constexpr auto ends_waiting = asio::cancellation_type::terminal | asio::cancellation_type::partial;

// Says why, in one send that need not arrive, and closes.
void turn_away(asio::ip::tcp::socket socket, std::string_view date)
{
    std::string text;
    net::append_final_response(text,
                               net::make_retry_later({errc::too_many_connections, {}, {}, {}, {}},
                                                     std::chrono::seconds{1}),
                               date);
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
}

}   // namespace

server_impl::server_impl(std::shared_ptr<broker_impl> broker, server_options options, log_sink log)
    : broker_{std::move(broker)}
    , options_{checked(std::move(options))}
    , log_{std::move(log)}
    , refusals_{log_, *broker_, options_.max_connections}
    , routes_{*broker_, options_, log_, refusals_}
    , shard_{std::make_shared<net::shard>(
          broker_, options_, log_,
          [this](net::connection& c) { return std::make_unique<net::http_session>(c, routes_); })}
    , watch_timer_{broker_->strand()}
    , drain_timer_{broker_->strand()}
    , drained_event_{broker_->strand(), asio::steady_timer::time_point::max()}
{
    listener_ = std::make_shared<net::listener>(
        broker_->strand(), options_.listen,
        [this](net::listener::socket_type socket) { on_accept(std::move(socket)); },
        [this](error_code why) { refusals_.accept_failed(why); });
    routes_.serve(*shard_, listener_->local_endpoint().address().is_loopback());
}

void server_impl::start()
{
    asio::dispatch(broker_->strand(), [self = shared_from_this()] {
        self->shard_->start();
        self->listener_->start();
        self->schedule_watch();
    });
}

void server_impl::schedule_watch()
{
    watch_timer_.expires_after(watch_interval);
    watch_timer_.async_wait([weak = weak_from_this()](error_code ec) {
        auto const self = weak.lock();
        if (ec || !self || self->drained_) return;
        self->refusals_.on_tick(std::chrono::steady_clock::now());
        self->schedule_watch();
    });
}

void server_impl::on_accept(net::listener::socket_type socket)
{
    if (shard_->connection_count() >= options_.max_connections) {
        refusals_.connection_refused();
        return turn_away(std::move(socket), routes_.date());
    }
    shard_->adopt(std::move(socket));
}

void server_impl::drain(drain_handler handler)
{
    // The slot is emitted on any thread; what waits belongs to the strand.
    auto const cancelled = std::make_shared<asio::cancellation_signal>();
    if (auto slot = handler.cancellation_slot(); slot.is_connected())
        slot.assign([strand = broker_->strand(), cancelled](asio::cancellation_type type) {
            // Draining goes on, so a cancellation that wants no effect at all comes too late.
            if ((type & ends_waiting) == asio::cancellation_type::none) return;
            asio::post(strand, [cancelled, type] { cancelled->emit(type); });
        });
    asio::post(broker_->strand(),
               [self = shared_from_this(), cancelled, handler = std::move(handler)]() mutable {
                   self->wait_drained(cancelled, std::move(handler));
               });
}

void server_impl::wait_drained(std::shared_ptr<asio::cancellation_signal> const& cancelled,
                               drain_handler handler)
{
    if (drained_) return handler.complete(drain_outcome_);
    // The signal lives as long as its slot is waited with.
    auto on_event = [weak = weak_from_this(), cancelled,
                     handler = std::move(handler)](error_code) mutable {
        auto const self = weak.lock();
        bool const done = self && self->drained_;
        handler.complete(done ? self->drain_outcome_ : asio::error::operation_aborted);
    };
    drained_event_.async_wait(asio::bind_cancellation_slot(cancelled->slot(), std::move(on_event)));
    begin_drain();
}

void server_impl::begin_drain()
{
    if (std::exchange(draining_, true)) return;
    log_.write(log_level::info,
               "draining " + std::to_string(shard_->connection_count()) + " connections");
    listener_->stop();
    drain_timer_.expires_after(options_.drain_timeout);
    drain_timer_.async_wait([self = shared_from_this()](error_code ec) {
        if (ec || self->drained_ || self->shard_->connection_count() == 0) return;
        self->drain_outcome_ = asio::error::timed_out;
        self->log_.write(log_level::warning, "drain timeout: cutting " +
                                                 std::to_string(self->shard_->connection_count()) +
                                                 " connections");
        self->shard_->abort_all();
    });
    broker_->stop();
    // Not a share: the shard keeps this until its last connection has gone.
    shard_->drain([weak = weak_from_this()] {
        if (auto const self = weak.lock()) self->end_drain();
    });
}

void server_impl::end_drain()
{
    if (std::exchange(drained_, true)) return;
    drain_timer_.cancel();
    watch_timer_.cancel();
    refusals_.finish();
    shard_->close();
    log_.write(log_level::info, "drained");
    drained_event_.cancel();
}

void server_impl::close()
{
    log_.close();
    asio::post(broker_->strand(), [self = shared_from_this()] {
        self->listener_->stop();
        if (!self->drained_) self->drain_outcome_ = asio::error::operation_aborted;
        self->end_drain();
    });
}

}   // namespace thump::detail
