#include "scenarios.hpp"

#include "counted_new.hpp"

#include <thump/broker.hpp>
#include <thump/types.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace inproc {
namespace {

namespace asio = boost::asio;

std::uint64_t clock_ns(clockid_t which)
{
    timespec now{};
    clock_gettime(which, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

double per(std::uint64_t sum, std::uint64_t count)
{
    return static_cast<double>(sum) / static_cast<double>(count);
}

thump::event const& sample()
{
    static thump::event const made{.type = thump::types::task_failed,
                                   .message = "exit code 1",
                                   .metadata = {{"task_id", "t1"}}};
    return made;
}

// Publishes events one by one or in batches, again and again until all are accepted.
class publisher {
public:
    publisher(thump::broker& to, std::size_t batch) : to_{to}, batch_(batch, sample()) {}

    void publish(std::size_t events)
    {
        while (events > 0) {
            auto const accepted = offer(std::min(events, batch_.size()));
            events -= accepted;
            if (accepted > 0) continue;
            ++refused_;
            std::this_thread::yield();
        }
    }

    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
    std::size_t offer(std::size_t events)
    {
        if (batch_.size() == 1) return to_.publish(batch_.front()) ? 0 : 1;
        return to_.publish_batch(std::span{batch_}.first(events)).accepted;
    }

    thump::broker& to_;
    std::vector<thump::event> batch_;
    std::uint64_t refused_ = 0;
};

// Takes what is there whenever something is, and counts it.
class receiver {
public:
    explicit receiver(thump::subscription from) : from_{std::move(from)} {}

    void start()
    {
        from_.async_receive([this](boost::system::error_code ec, thump::delivery const& first) {
            if (ec) return;
            count(first);
            std::array<thump::delivery, 64> more;
            while (auto const received = from_.try_receive(more, ec))
                for (auto& next : std::span{more}.first(received))
                    count(std::exchange(next, {}));
            if (!ec) start();
        });
    }

    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    void count(thump::delivery const& d) noexcept
    {
        if (auto const* const gap = d.as_gap())
            lost_ += gap->dropped;
        else
            ++delivered_;
    }

    thump::subscription from_;
    std::uint64_t delivered_ = 0;
    std::uint64_t lost_ = 0;
};

}   // namespace

publish_figures measure_publish(std::size_t events, std::size_t batch)
{
    constexpr std::size_t burst = 1000;
    asio::io_context context{1};
    thump::broker broker{context.get_executor(), {.intake_capacity = burst}};
    publisher from{broker, batch};
    std::uint64_t cpu = 0;
    std::uint64_t allocated = 0;
    for (std::size_t done = 0; done < events; done += burst) {
        auto const before = allocations_now().count;
        auto const start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        from.publish(burst);
        cpu += clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
        allocated += allocations_now().count - before;
        context.restart();
        context.run();
    }
    if (from.refused() > 0) throw std::runtime_error{"an event was refused"};
    return {per(cpu, events), per(allocated, events)};
}

flow_figures measure_flow(std::size_t subscribers, std::size_t events, std::size_t batch)
{
    asio::io_context context{1};
    auto work = asio::make_work_guard(context);
    auto broker = std::make_unique<thump::broker>(context.get_executor(),
                                                  thump::broker_options{.intake_capacity = 8192});
    std::vector<std::unique_ptr<receiver>> receivers;
    for (std::size_t i = 0; i < subscribers; ++i) {
        receivers.push_back(std::make_unique<receiver>(broker->subscribe({.queue = 1024})));
        receivers.back()->start();
    }
    context.poll();

    flow_figures made;
    std::uint64_t publisher_cpu = 0;
    auto const before = allocations_now();
    auto const start = clock_ns(CLOCK_MONOTONIC);
    auto const start_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    std::thread publishing{[&] {
        publisher from{*broker, batch};
        from.publish(events);
        made.refused = from.refused();
        publisher_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        broker->stop();
        work.reset();
    }};
    context.run();
    auto const cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_cpu;
    auto const end = clock_ns(CLOCK_MONOTONIC);
    publishing.join();
    for (auto const& r : receivers) {
        made.delivered += r->delivered();
        made.lost += r->lost();
    }
    made.events_per_second = static_cast<double>(events) * 1e9 / static_cast<double>(end - start);
    made.ns_per_delivery = per(cpu, made.delivered);
    made.publisher_ns_per_event = per(publisher_cpu, events);
    made.allocations_per_event = per(allocations_now().count - before.count, events);
    return made;
}

double measure_memory(std::size_t subscribers)
{
    asio::io_context context{1};
    thump::broker broker{context.get_executor()};
    std::vector<thump::subscription> held;
    held.reserve(subscribers);
    auto const before = allocations_now();
    for (std::size_t i = 0; i < subscribers; ++i)
        held.push_back(broker.subscribe({.types = {"task.*"}}));
    context.run();
    auto const grown = allocations_now().in_use - before.in_use;
    return static_cast<double>(grown) / static_cast<double>(subscribers);
}

}   // namespace inproc
