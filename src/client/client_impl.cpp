#include <client/client_impl.hpp>

#include <algorithm>
#include <stdexcept>

namespace thump::client_side {

namespace asio = boost::asio;

namespace {

client_options checked(client_options options)
{
    auto const need = [](bool good, char const* what) {
        if (!good) throw std::invalid_argument{what};
    };
    using namespace std::chrono_literals;
    need(options.max_in_flight >= 1 && options.max_in_flight <= 1000,
         "max_in_flight must be 1 to 1,000");
    need(options.max_waiting >= 1, "max_waiting must be at least 1");
    need(options.max_waiting_bytes >= 1, "max_waiting_bytes must be at least 1");
    need(options.max_record_bytes >= 1024, "max_record_bytes must be at least 1,024");
    need(options.max_body_bytes >= 1024, "max_body_bytes must be at least 1,024");
    // Past some centuries they would overflow the clock, and mean at once.
    constexpr auto longest = 366 * 24h;
    for (auto const timeout :
         {options.connect_timeout, options.request_timeout, options.idle_timeout})
        need(timeout > 0ms && timeout <= longest, "a timeout must be above 0 and at most 366 days");
    need(options.retry_first > 0ms && options.retry_first <= options.retry_most &&
             options.retry_most <= longest,
         "retry_first must be above 0 and at most retry_most, which must be at most 366 days");
    // It goes into a field of the request's head.
    need(std::ranges::all_of(options.token, [](char c) { return c > ' ' && c < 0x7f; }),
         "the token must be printable ASCII without spaces");
    return options;
}

}   // namespace

client_impl::client_impl(asio::any_io_executor ex, client_options options)
    : executor_{std::move(ex)}
    , strand_{executor_}
    , options_{checked(std::move(options))}
    , where_{parse_endpoint(options_.url)}
    , pipe_{std::make_shared<http_pipe>(strand_, where_, options_)}
{
}

void client_impl::send(http_call request, http_pipe::reply_handler on_reply, request_id id)
{
    asio::dispatch(strand_, [self = shared_from_this(), request = std::move(request),
                             on_reply = std::move(on_reply), id = std::move(id)]() mutable {
        *id = self->pipe_->send(std::move(request), std::move(on_reply));
    });
}

void client_impl::cancel(request_id id, asio::cancellation_type type)
{
    asio::dispatch(strand_, [self = shared_from_this(), id = std::move(id), type] {
        self->pipe_->cancel(*id, type);
    });
}

void client_impl::close()
{
    asio::dispatch(strand_, [self = shared_from_this()] { self->pipe_->close(); });
}

}   // namespace thump::client_side
