#include <client/pipe_service.hpp>

#include <client/http_pipe.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace thump::client_side {

namespace asio = boost::asio;

asio::execution_context::id pipe_service::id;

pipe_service& pipe_service::of(asio::any_io_executor const& ex)
{
    return asio::use_service<pipe_service>(asio::query(ex, asio::execution::context));
}

void pipe_service::add(http_pipe& p)
{
    std::lock_guard const lock{mutex_};
    pipes_.insert(&p);
}

void pipe_service::remove(http_pipe& p) noexcept
{
    std::lock_guard const lock{mutex_};
    pipes_.erase(&p);
}

void pipe_service::shutdown()
{
    // The last share of a pipe may go with a handler of its own.
    std::vector<std::shared_ptr<http_pipe>> pipes;
    {
        std::lock_guard const lock{mutex_};
        for (auto* const p : pipes_)
            if (auto alive = p->weak_from_this().lock()) pipes.push_back(std::move(alive));
    }
    for (auto const& p : pipes)
        p->destroy_handlers();
}

}   // namespace thump::client_side
