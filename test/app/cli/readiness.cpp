#include <app/cli/readiness.hpp>

#include <app/descriptor.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace {

using namespace thump::cli;

struct pipe_ends {
    pipe_ends() { BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0); }
    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;
    ~pipe_ends()
    {
        close_reader();
        ::close(ends[1]);
    }
    void close_reader()
    {
        if (ends[0] != -1) ::close(ends[0]);
        ends[0] = -1;
    }

    std::array<int, 2> ends{};
};

// Whether the wait has ended by the time that `ioc` has nothing more to do, or within the time.
bool ends_within(boost::asio::io_context& ioc, bool const& done, std::chrono::milliseconds time)
{
    ioc.restart();
    auto const deadline = std::chrono::steady_clock::now() + time;
    while (!done && std::chrono::steady_clock::now() < deadline)
        if (ioc.run_one_until(deadline) == 0) break;
    return done;
}

constexpr std::chrono::seconds patience{30};

}   // namespace

BOOST_AUTO_TEST_SUITE(readiness_of_streams)

BOOST_AUTO_TEST_CASE(input_is_told_each_time_and_the_descriptor_left_as_it_is)
{
    pipe_ends p;
    boost::asio::io_context ioc;
    readiness in{ioc, p.ends[0], interest::input};
    BOOST_TEST_REQUIRE(in.can_wait());
    for (int i = 0; i != 2; ++i) {
        bool done = false;
        in.async_wait([&](boost::system::error_code ec) { done = !ec; });
        BOOST_TEST(!ends_within(ioc, done, std::chrono::milliseconds{1}));
        BOOST_TEST(::write(p.ends[1], "x", 1) == 1);
        BOOST_TEST(ends_within(ioc, done, patience));
        char byte = 0;
        BOOST_TEST(::read(p.ends[0], &byte, 1) == 1);
    }
    BOOST_TEST((::fcntl(p.ends[0], F_GETFL) & O_NONBLOCK) == 0);
}

BOOST_AUTO_TEST_CASE(input_that_has_come_already_is_told)
{
    pipe_ends p;
    BOOST_TEST(::write(p.ends[1], "x", 1) == 1);
    boost::asio::io_context ioc;
    readiness in{ioc, p.ends[0], interest::input};
    for (int i = 0; i != 2; ++i) {
        bool done = false;
        in.async_wait([&](boost::system::error_code ec) { done = !ec; });
        BOOST_TEST(ends_within(ioc, done, patience));
    }
}

BOOST_AUTO_TEST_CASE(a_reader_that_goes_away_is_told_to_the_writer)
{
    pipe_ends p;
    boost::asio::io_context ioc;
    readiness out{ioc, p.ends[1], interest::hang_up};
    bool done = false;
    out.async_wait([&](boost::system::error_code ec) { done = !ec; });
    BOOST_TEST(!ends_within(ioc, done, std::chrono::milliseconds{1}));
    p.close_reader();
    BOOST_TEST(ends_within(ioc, done, patience));
    BOOST_TEST((::fcntl(p.ends[1], F_GETFL) & O_NONBLOCK) == 0);
}

BOOST_AUTO_TEST_CASE(a_file_is_always_ready)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file{std::tmpfile(), &std::fclose};
    BOOST_TEST_REQUIRE(file != nullptr);
    boost::asio::io_context ioc;
    BOOST_TEST(!(readiness{ioc, ::fileno(file.get()), interest::input}.can_wait()));
}

BOOST_AUTO_TEST_CASE(blocking_ends_with_what_was_waited_for)
{
    pipe_ends p;
    BOOST_TEST(::write(p.ends[1], "x", 1) == 1);
    thump::app::block_until_ready(p.ends[0], POLLIN);
    char byte = 0;
    BOOST_TEST(::read(p.ends[0], &byte, 1) == 1);
    thump::app::block_until_ready(p.ends[1], POLLOUT);
}

BOOST_AUTO_TEST_SUITE_END()
