// Running contexts until something holds: nobody sleeps, nobody waits for ever.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>
#include <vector>

namespace thump::test {

inline constexpr std::chrono::seconds patience{60};

/// Runs everything that is ready, and what becomes ready by it.
inline void settle(boost::asio::io_context& context)
{
    context.restart();
    context.poll();
}

/// Runs `context` on this thread until `done()` holds; fails the test case if it never does.
template <class Condition>
void run_until(boost::asio::io_context& context, Condition done)
{
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < deadline), "waited in vain");
        context.restart();
        context.run_one_for(std::chrono::milliseconds{20});
    }
}

/// Waits until other threads have made `done()` hold; fails the test case if they never do.
template <class Condition>
void wait_until(Condition done)
{
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < deadline), "waited in vain");
        std::this_thread::yield();
    }
}

/// Runs a context on threads of its own, from here to `finish` or the end of the scope.
class running {
public:
    explicit running(boost::asio::io_context& context, int threads = 2)
        : context_{context}, work_{context.get_executor()}
    {
        for (int i = 0; i < threads; ++i)
            threads_.emplace_back([&] { context_.run(); });
    }
    running(running const&) = delete;
    running& operator=(running const&) = delete;
    ~running()
    {
        context_.stop();   // a test that failed may have left work that never ends
        join();
    }

    /// Waits until the context has run out of work.
    void finish()
    {
        work_.reset();
        join();
    }

private:
    void join()
    {
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
    }

    boost::asio::io_context& context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

}   // namespace thump::test
