// Running a coroutine of a test to its end, with a deadline.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace thump::test {

inline constexpr auto completion = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Runs `ioc` until `work` has ended; fails the test case if it never does.
inline void run(boost::asio::io_context& ioc, boost::asio::awaitable<void> work)
{
    static constexpr std::chrono::seconds patience{60};
    bool done = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(ioc, std::move(work), [&](std::exception_ptr e) {
        thrown = std::move(e);
        done = true;
    });
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!done) {
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < deadline), "waited in vain");
        ioc.restart();
        ioc.run_one_for(std::chrono::milliseconds{100});
    }
    if (thrown) std::rethrow_exception(thrown);
}

}   // namespace thump::test
