// Threads that help one other thread with a loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace thump::net {

/// Helpers for loops whose steps have nothing to do with one another.
///
/// Whoever calls `for_each` takes part in the work and goes on when all of it is done. Helpers that
/// are slow to wake up are not waited for: the others do what these have not begun. Between two
/// loops the helpers sleep.
///
/// Thread safety: `for_each` by one thread at a time.
class fan_crew {
public:
    /// @param helpers Threads to start, beside the one that calls `for_each`. They take no signals.
    /// @throw std::system_error The system has no more threads.
    explicit fan_crew(std::size_t helpers);

    /// Ends the helpers. Requires: no loop is under way.
    ~fan_crew();

    fan_crew(fan_crew const&) = delete;
    fan_crew& operator=(fan_crew const&) = delete;

    /// Calls `work(i)` once for every `i` from 0 to `count - 1`, on several threads and in no
    /// order. What was written before is seen by every call; what the calls write is seen by the
    /// caller.
    /// @param work Must not throw, nor use the crew.
    template <class Work>
    void for_each(std::size_t count, Work const& work)
    {
        run({[](void const* w, std::size_t i, std::size_t end) {
                 for (; i != end; ++i)
                     (*static_cast<Work const*>(w))(i);
             },
             &work, count});
    }

private:
    struct loop {
        void (*steps)(void const* work, std::size_t begin, std::size_t end) = nullptr;
        void const* work = nullptr;
        std::size_t count = 0;
    };

    void run(loop const& what);
    void take_part(loop const& what) noexcept;
    void help();
    void stop() noexcept;

    std::atomic<std::size_t> next_{0};   // the first step that nobody has begun

    std::mutex mutex_;   // guards what follows
    std::condition_variable wake_;
    std::condition_variable all_out_;
    loop loop_;
    std::uint64_t round_ = 0;   // counts loops
    bool open_ = false;         // helpers may still join in
    std::size_t inside_ = 0;    // helpers that take part
    bool stopping_ = false;

    std::vector<std::thread> helpers_;
};

}   // namespace thump::net
