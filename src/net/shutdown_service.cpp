#include <net/shutdown_service.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <utility>
#include <vector>

namespace thump::detail {

namespace asio = boost::asio;

asio::execution_context::id shutdown_service::id;

shutdown_service& shutdown_service::of(asio::any_io_executor const& ex)
{
    return asio::use_service<shutdown_service>(asio::query(ex, asio::execution::context));
}

void shutdown_service::add(handler_keeper& keeper)
{
    std::lock_guard const lock{mutex_};
    keepers_.insert(&keeper);
}

void shutdown_service::remove(handler_keeper& keeper) noexcept
{
    std::lock_guard const lock{mutex_};
    keepers_.erase(&keeper);
}

void shutdown_service::shutdown()
{
    // The last share of a keeper may go with a handler of its own.
    std::vector<std::pair<handler_keeper*, std::shared_ptr<void>>> alive;
    {
        std::lock_guard const lock{mutex_};
        for (auto* const keeper : keepers_)
            if (auto share = keeper->share()) alive.emplace_back(keeper, std::move(share));
    }
    for (auto const& [keeper, share] : alive)
        keeper->destroy_handlers();
}

}   // namespace thump::detail
