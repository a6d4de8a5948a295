#include <thump/client.hpp>

#include <client/client_impl.hpp>
#include <client/publication.hpp>
#include <client/replies.hpp>
#include <client/stream_impl.hpp>
#include <client/targets.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace thump {

using client_side::http_call;

namespace {

http_call asking(client_side::client_impl const& impl, std::string_view path)
{
    return {impl.where().prefix + std::string{path}};
}

result<http_call> publishing(client_side::client_impl const& impl, result<std::string> body)
{
    if (!body) return std::move(body).error();
    return http_call{impl.where().prefix + "/v1/events", "application/json", *std::move(body)};
}

result<http_call> reading(client_side::client_impl const& impl, history_query const& query)
{
    if (auto good = client_side::check_asked(query.types, query.where, query.since, query.until);
        !good)
        return std::move(good).error();
    return http_call{client_side::history_target(impl.where().prefix, query)};
}

}   // namespace

client::client(executor_type ex, client_options options)
    : impl_{std::make_shared<client_side::client_impl>(std::move(ex), std::move(options))}
{
}

client::~client()
{
    impl_->close();
}

void client::begin_publish(impl_ptr impl, error* why, executor_type where,
                           handler_of<receipt> handler, event e)
{
    impl->call(publishing(*impl, client_side::to_publication(e)), client_side::read_receipt, why,
               {std::move(handler), impl->executor(), where});
}

void client::begin_publish_batch(impl_ptr impl, error* why, executor_type where,
                                 handler_of<batch_receipt> handler, std::vector<event> events)
{
    impl->call(publishing(*impl, client_side::to_publication(events)),
               client_side::read_batch_receipt, why, {std::move(handler), impl->executor(), where});
}

void client::begin_history(impl_ptr impl, error* why, executor_type where,
                           handler_of<history_page> handler, history_query query)
{
    impl->call(reading(*impl, query), client_side::read_history_page, why,
               {std::move(handler), impl->executor(), where});
}

void client::begin_types(impl_ptr impl, error* why, executor_type where,
                         handler_of<remote_catalog> handler)
{
    impl->call(asking(*impl, "/v1/types"), client_side::read_catalog, why,
               {std::move(handler), impl->executor(), where});
}

void client::begin_stats(impl_ptr impl, error* why, executor_type where,
                         handler_of<remote_stats> handler)
{
    impl->call(asking(*impl, "/v1/stats"), client_side::read_stats, why,
               {std::move(handler), impl->executor(), where});
}

void client::begin_subscribers(impl_ptr impl, error* why, executor_type where,
                               handler_of<remote_subscribers> handler)
{
    impl->call(asking(*impl, "/v1/subscribers?sort=lag"), client_side::read_subscribers, why,
               {std::move(handler), impl->executor(), where});
}

stream client::subscribe(stream_options options)
{
    auto made = std::make_shared<client_side::stream_impl>(impl_->executor(), impl_->where(),
                                                           impl_->options(), std::move(options));
    made->start();
    return stream{std::move(made)};
}

client::executor_type client::get_executor() const noexcept
{
    return impl_->executor();
}

}   // namespace thump
