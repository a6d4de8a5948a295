#include <net/broker_service.hpp>

#include <net/broker_impl.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace thump::detail {

namespace asio = boost::asio;

asio::execution_context::id broker_service::id;

broker_service& broker_service::of(asio::any_io_executor const& ex)
{
    return asio::use_service<broker_service>(asio::query(ex, asio::execution::context));
}

void broker_service::add(broker_impl& b)
{
    std::lock_guard const lock{mutex_};
    brokers_.insert(&b);
}

void broker_service::remove(broker_impl& b) noexcept
{
    std::lock_guard const lock{mutex_};
    brokers_.erase(&b);
}

void broker_service::shutdown()
{
    // The last share of a broker may go with a handler of its own.
    std::vector<std::shared_ptr<broker_impl>> brokers;
    {
        std::lock_guard const lock{mutex_};
        for (auto* const b : brokers_)
            brokers.push_back(b->shared_from_this());
    }
    for (auto const& b : brokers)
        b->destroy_handlers();
}

}   // namespace thump::detail
