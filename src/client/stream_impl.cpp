#include <client/stream_impl.hpp>

#include <client/failure.hpp>
#include <client/targets.hpp>
#include <core/history.hpp>

#include <thump/version.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace thump::client_side {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto completion = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_read_ahead = 1'000'000;

stream_options checked(stream_options options)
{
    if (options.read_ahead < 1 || options.read_ahead > most_read_ahead)
        throw std::invalid_argument{"read_ahead must be 1 to 1,000,000"};
    if (options.max_rate && !(*options.max_rate > 0 && std::isfinite(*options.max_rate)))
        throw std::invalid_argument{"max_rate must be above 0"};
    auto const& asked = options.subscription;
    if (auto const good = check_asked(asked.types, asked.where, asked.since, asked.until); !good)
        throw std::invalid_argument{good.error().detail};
    return options;
}

std::optional<cursor> first_cursor(stream_options const& options)
{
    auto const* const given =
        options.subscription.since ? std::get_if<cursor>(&*options.subscription.since) : nullptr;
    return given ? std::optional{*given} : std::nullopt;
}

error closed_here()
{
    return {make_error_code(errc::unsubscribed), "the stream was closed", {}, {}, {}};
}

}   // namespace

stream_impl::stream_impl(asio::any_io_executor ex, endpoint where, client_options common,
                         stream_options options)
    : executor_{std::move(ex)}
    , strand_{executor_}
    , where_{std::move(where)}
    , common_{std::move(common)}
    , options_{checked(std::move(options))}
    , resolver_{strand_}
    , timer_{strand_}
    , room_{strand_, asio::steady_timer::time_point::max()}
    , backoff_{common_.retry_first, common_.retry_most, std::random_device{}()}
    , since_{options_.subscription.since}
    , place_{first_cursor(options_)}
{
}

void stream_impl::start()
{
    auto const on_room = [weak = weak_from_this(), strand = strand_] {
        asio::post(strand, [weak] {
            if (auto const self = weak.lock()) self->room_.cancel();
        });
    };
    records_ =
        std::make_shared<record_queue>(executor_, options_.read_ahead, place_.get(), on_room);
    asio::co_spawn(
        strand_, [self = shared_from_this()] { return self->run(); },
        [self = shared_from_this()](std::exception_ptr thrown) {
            // Only want of memory can be thrown; the receivers must learn of it all the same.
            if (thrown)
                self->records_->close({asio::error::no_memory, "out of memory", {}, {}, {}});
        });
}

void stream_impl::close()
{
    records_->close(closed_here());
    asio::dispatch(strand_, [self = shared_from_this()] {
        self->closed_ = true;
        self->resolver_.cancel();
        self->timer_.cancel();
        self->room_.cancel();
        if (self->socket_) beast::get_lowest_layer(*self->socket_).close();
    });
}

// ---------------------------------------------------------------- the coroutine

stream_impl::awaitable<void> stream_impl::run()
{
    for (;;) {
        auto const why = co_await converse();
        if (closed_) co_return;
        if (!tries_again(why)) co_return records_->end(std::move(why));
        co_await pause(why);
        if (closed_) co_return;
    }
}

bool stream_impl::tries_again(error const& why) const
{
    if (!is_passing(why)) return false;
    return welcomed_ ? options_.reconnect : options_.await_server;
}

stream_impl::awaitable<void> stream_impl::pause(error why)
{
    // A server that takes connections and ends them at once is not to be hammered.
    auto const now = std::chrono::steady_clock::now();
    if (live_since_ && now - *live_since_ >= common_.retry_most) backoff_.reset();
    auto const wait = backoff_.next();
    stream_record made{stream_disconnected{std::move(why), wait}};
    co_await put(std::move(made));
    timer_.expires_after(wait);
    if (!closed_) co_await timer_.async_wait(completion);
}

// One connection, from its beginning to its end. Returns why it ended.
stream_impl::awaitable<error> stream_impl::converse()
{
    told_ = {};
    live_since_.reset();
    input_.clear();
    deadline_ = std::chrono::steady_clock::now() + common_.connect_timeout;
    socket_.emplace(strand_);
    auto why = co_await connect();
    if (!why.code) why = co_await handshake();
    if (!why.code) why = co_await read_records();
    socket_.reset();
    co_return why;
}

stream_impl::awaitable<error> stream_impl::connect()
{
    auto& transport = beast::get_lowest_layer(*socket_);
    transport.expires_at(deadline_);
    auto [ec, found] = co_await resolve();
    if (!ec && !closed_) ec = std::get<0>(co_await transport.async_connect(found, completion));
    if (ec || closed_) co_return connection_failure(ec, where_.authority);
    error_code ignored;
    transport.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    co_return error{};
}

// The system's resolver cannot be interrupted: what it finds too late is passed over.
stream_impl::awaitable<stream_impl::resolution> stream_impl::resolve()
{
    auto const found = std::make_shared<std::optional<resolution>>();
    resolver_.async_resolve(where_.host, where_.port,
                            [self = shared_from_this(), waiting = std::weak_ptr{found}](
                                error_code ec, tcp::resolver::results_type results) {
                                auto const to = waiting.lock();
                                if (!to) return;
                                to->emplace(ec, std::move(results));
                                self->timer_.cancel();
                            });
    timer_.expires_at(deadline_);
    co_await timer_.async_wait(completion);
    if (*found) co_return std::move(**found);
    co_return resolution{beast::error::timeout, {}};
}

stream_impl::awaitable<error> stream_impl::handshake()
{
    namespace http = beast::http;
    using base = beast::websocket::stream_base;
    socket_->set_option(
        base::decorator{[token = common_.token](beast::websocket::request_type& request) {
            request.set(http::field::user_agent, "thump/" + std::string{version});
            if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
        }});
    socket_->read_message_max(common_.max_record_bytes);

    auto const target = stream_target(where_.prefix, options_, beginning());
    beast::websocket::response_type answer;
    auto const [ec] =
        co_await socket_->async_handshake(answer, where_.authority, target, completion);
    if (ec == beast::websocket::error::upgrade_declined)
        co_return status_failure(answer.result_int(), answer.body());
    if (ec) co_return connection_failure(ec, where_.authority);
    // From here the WebSocket has timeouts of its own.
    beast::get_lowest_layer(*socket_).expires_never();
    socket_->set_option(base::timeout{common_.connect_timeout, common_.idle_timeout, true});
    co_return error{};
}

stream_impl::awaitable<error> stream_impl::read_records()
{
    for (;;) {
        auto const [ec, bytes] = co_await socket_->async_read(input_, completion);
        if (ec) co_return read_failure(ec);
        if (closed_) co_return closed_here();
        std::string_view const text{static_cast<char const*>(input_.data().data()), bytes};
        auto record = wire::parse_server_record(text);
        if (!record) co_return foreign_answer(where_.authority, record.error().detail);
        if (auto why = co_await take(*std::move(record), text); why.code) co_return why;
        input_.consume(bytes);
    }
}

error stream_impl::read_failure(error_code ec) const
{
    if (ec != beast::websocket::error::closed) return connection_failure(ec, where_.authority);
    auto const& reason = socket_->reason();
    auto why = close_failure(reason.code, {reason.reason.data(), reason.reason.size()});
    if (!told_.detail.empty()) why.detail = told_.detail;
    return why;
}

stream_impl::awaitable<error> stream_impl::take(wire::server_record record, std::string_view text)
{
    if (auto* const hello = std::get_if<wire::welcome_record>(&record))
        co_return co_await welcome(std::move(*hello), read_stream_terms(text));
    if (auto* const e = std::get_if<event>(&record)) {
        auto const seq = e->seq;
        stream_record made{received_event{std::move(*e), std::string{text}}};
        co_await put(std::move(made), seq);
    } else if (auto const* const lost = std::get_if<gap>(&record)) {
        // What a gap told of is not asked for again. Under `latest` its range may hold events that
        // wait behind it, so only these lead on; if none comes, the loss is told a second time.
        auto const seq = conflates_ || lost->reason == gap_reason::conflated
                             ? std::nullopt
                             : std::optional{lost->to};
        stream_record made{*lost};
        co_await put(std::move(made), seq);
    } else if (auto const* const wrong = std::get_if<wire::error_record>(&record)) {
        told_ = wrong->what;
    }
    co_return error{};
}

stream_impl::awaitable<error> stream_impl::welcome(wire::welcome_record record, stream_terms terms)
{
    auto const asked = options_.subscription.overflow.value_or(overflow::drop_newest);
    conflates_ = terms.overflow.value_or(asked) == overflow::latest;
    auto const from = place_.get();
    place_.enter(record.epoch);
    auto const seq = from ? std::nullopt : begin_after(record, terms.start);
    welcomed_ = true;
    live_since_ = std::chrono::steady_clock::now();
    stream_record made{stream_connected{std::move(record.epoch), record.seq, record.oldest, from}};
    co_await put(std::move(made), seq);
    co_return error{};
}

// Holds fast where the stream began, so that after a connection that brought nothing the next one
// begins there too.
std::optional<std::uint64_t> stream_impl::begin_after(wire::welcome_record const& record,
                                                      std::optional<std::uint64_t> start)
{
    // Servers that do not tell are helped out where it can be known here.
    auto const* const last = since_ ? std::get_if<last_events>(&*since_) : nullptr;
    if (!start && (!since_ || (last && last->count == 0))) start = record.seq;
    if (start) return start;
    auto const moment = since_ ? core::moment_of(*since_, time_point::now()) : std::nullopt;
    // What is further back than 1970 might have no year that can be written.
    if (moment) since_ = std::max(*moment, time_point{});
    return std::nullopt;
}

std::optional<position> stream_impl::beginning() const
{
    auto const& resume = place_.get();
    return resume ? std::optional<position>{*resume} : since_;
}

// Queues a record that leads to `seq`, and waits until another one may be read.
stream_impl::awaitable<void> stream_impl::put(stream_record record,
                                              std::optional<std::uint64_t> seq)
{
    if (seq) place_.move(*seq);
    records_->push(std::move(record), seq);
    while (!closed_ && !records_->has_room())
        co_await room_.async_wait(completion);
}

}   // namespace thump::client_side
