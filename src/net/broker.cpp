#include <thump/broker.hpp>

#include <net/broker_impl.hpp>

#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

#include <utility>

namespace thump {

broker::broker(executor_type ex, broker_options options)
    : impl_{std::make_shared<detail::broker_impl>(std::move(ex), std::move(options))}
{
}

broker::~broker()
{
    impl_->stop();
}

boost::system::error_code broker::publish(event const& e)
{
    return impl_->publish(e);
}

boost::system::error_code broker::publish(event&& e)
{
    return impl_->publish(std::move(e));
}

batch_admission broker::publish_batch(std::span<event const> events)
{
    return impl_->publish_batch(events);
}

void broker::initiate_publish(std::shared_ptr<detail::broker_impl> impl, event e,
                              executor_type where, publish_handler handler)
{
    auto const& io = impl->executor();
    impl->async_publish(std::move(e), {std::move(handler), io, where});
}

subscription broker::subscribe(subscription_options options)
{
    error why;
    auto s = subscribe(std::move(options), why);
    if (why.code)
        boost::throw_exception(
            boost::system::system_error{why.code, "thump::broker::subscribe: " + why.detail});
    return s;
}

subscription broker::subscribe(subscription_options options, boost::system::error_code& ec)
{
    error why;
    auto s = subscribe(std::move(options), why);
    ec = why.code;
    return s;
}

subscription broker::subscribe(subscription_options options, error& why)
{
    auto box = impl_->subscribe(options);
    why = box ? error{} : box.error();
    if (!box) return {};
    return {*std::move(box), impl_->executor()};
}

void broker::stop()
{
    impl_->stop();
}

std::size_t broker::subscriber_count() const noexcept
{
    return impl_->subscriber_count();
}

stats broker::stats() const
{
    return impl_->stats();
}

std::string const& broker::epoch() const noexcept
{
    return impl_->epoch();
}

broker::executor_type broker::get_executor() const noexcept
{
    return impl_->executor();
}

}   // namespace thump
