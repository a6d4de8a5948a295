#include <net/fan_crew.hpp>

#include <algorithm>
#include <csignal>

namespace thump::net {
namespace {

// Steps that a thread takes at once: enough that taking them costs nothing beside doing them, few
// enough that nobody has much left to do when the others are done.
constexpr std::size_t chunk = 8;

// For its lifetime, threads that are started inherit a mask that blocks every signal: signals are
// for the threads of the program.
class signals_blocked {
public:
    signals_blocked() noexcept
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_blocked(signals_blocked const&) = delete;
    signals_blocked& operator=(signals_blocked const&) = delete;
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

}   // namespace

fan_crew::fan_crew(std::size_t helpers)
{
    signals_blocked const during_start;
    helpers_.reserve(helpers);
    try {
        while (helpers_.size() < helpers)
            helpers_.emplace_back([this] { help(); });
    } catch (...) {
        stop();   // those that did start are members still
        throw;
    }
}

fan_crew::~fan_crew()
{
    stop();
}

void fan_crew::stop() noexcept
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& helper : helpers_)
        helper.join();
}

void fan_crew::run(loop const& what)
{
    {
        std::lock_guard const lock{mutex_};
        loop_ = what;
        next_.store(0, std::memory_order_relaxed);
        ++round_;
        open_ = true;
    }
    wake_.notify_all();
    take_part(what);
    std::unique_lock lock{mutex_};
    open_ = false;
    all_out_.wait(lock, [&] { return inside_ == 0; });
}

void fan_crew::take_part(loop const& what) noexcept
{
    for (;;) {
        auto const begin = next_.fetch_add(chunk, std::memory_order_relaxed);
        if (begin >= what.count) return;
        what.steps(what.work, begin, std::min(begin + chunk, what.count));
    }
}

void fan_crew::help()
{
    std::unique_lock lock{mutex_};
    for (std::uint64_t seen = 0;;) {
        wake_.wait(lock, [&] { return stopping_ || (open_ && round_ != seen); });
        if (stopping_) return;
        seen = round_;
        ++inside_;
        auto const what = loop_;
        lock.unlock();
        take_part(what);
        lock.lock();
        if (--inside_ == 0 && !open_) all_out_.notify_one();
    }
}

}   // namespace thump::net
