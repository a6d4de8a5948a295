#include <app/log.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

namespace thump::app {
namespace {

// Everything written to the standard error stream while this lives.
class captured_stderr {
public:
    captured_stderr() : saved_{::dup(STDERR_FILENO)}, file_{std::tmpfile()}
    {
        std::fflush(stderr);
        ::dup2(::fileno(file_), STDERR_FILENO);
    }
    ~captured_stderr()
    {
        restore();
        std::fclose(file_);
    }
    captured_stderr(captured_stderr const&) = delete;
    captured_stderr& operator=(captured_stderr const&) = delete;

    std::string text()
    {
        finish_log();
        restore();
        std::rewind(file_);
        std::string all(4096, '\0');
        all.resize(std::fread(all.data(), 1, all.size(), file_));
        return all;
    }

private:
    void restore()
    {
        if (saved_ < 0) return;
        std::fflush(stderr);
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
        saved_ = -1;
    }

    int saved_;
    std::FILE* file_;
};

BOOST_AUTO_TEST_SUITE(log)

BOOST_AUTO_TEST_CASE(printable_leaves_ascii_alone)
{
    BOOST_TEST(printable("GET /v1/events?types=task.* ~") == "GET /v1/events?types=task.* ~");
}

BOOST_AUTO_TEST_CASE(printable_escapes_whatever_could_forge_a_line_or_steer_a_terminal)
{
    using namespace std::string_literals;
    BOOST_TEST(printable("a\r\nb\0\x1b[2J\x7f"s) == R"(a\x0d\x0ab\x00\x1b[2J\x7f)");
    BOOST_TEST(printable("\xc2\x9b") == R"(\xc2\x9b)");
}

BOOST_AUTO_TEST_CASE(text_line_is_time_level_message)
{
    captured_stderr captured;
    start_log({.level = log_level::info, .format = log_format::text});
    write_log(log_level::warning, "first\nforged");
    auto const line = captured.text();
    BOOST_TEST(line.size() > 25);
    BOOST_TEST(line.substr(23) == "Z warning first\\x0aforged\n");
    BOOST_TEST(line[10] == 'T');
}

BOOST_AUTO_TEST_CASE(json_line_is_an_object)
{
    captured_stderr captured;
    start_log({.level = log_level::info, .format = log_format::json});
    write_log(log_level::error, "a \"quoted\"\nword");
    auto const line = boost::json::parse(captured.text()).as_object();
    BOOST_TEST(line.size() == 3);
    BOOST_TEST(line.at("level").as_string() == "error");
    BOOST_TEST(line.at("message").as_string() == R"(a "quoted"\x0aword)");
    BOOST_TEST(line.at("time").as_string().size() ==
               std::string{"2024-05-01T12:00:00.000Z"}.size());
}

BOOST_AUTO_TEST_CASE(less_grave_lines_than_the_level_are_left_out)
{
    captured_stderr captured;
    start_log({.level = log_level::warning});
    write_log(log_level::debug, "one");
    write_log(log_level::info, "two");
    write_log(log_level::warning, "three");
    auto const text = captured.text();
    BOOST_TEST(text.find("one") == std::string::npos);
    BOOST_TEST(text.find("two") == std::string::npos);
    BOOST_TEST(text.find("three") != std::string::npos);
}

// Nobody waits for a stream that is not read; what is lost by that is told.
BOOST_AUTO_TEST_CASE(lines_that_nobody_reads_hold_up_nobody_and_their_loss_is_told)
{
    constexpr std::size_t lines = 5000;   // far more than the pipe and the queue hold
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
    int const saved = ::dup(STDERR_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
    start_log({.level = log_level::info});
    for (std::size_t i = 0; i != lines; ++i)
        write_log(log_level::info, "line " + std::string(100, 'x'));

    std::string text;
    std::thread reader{[&] {
        std::array<char, 4096> piece{};
        for (::ssize_t n; (n = ::read(ends[0], piece.data(), piece.size())) > 0;)
            text.append(piece.data(), static_cast<std::size_t>(n));
    }};
    finish_log();
    write_log(log_level::info, "read again");
    finish_log();
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    reader.join();
    ::close(ends[0]);

    std::size_t read = 0;
    for (auto at = text.find(" info line "); at != std::string::npos;
         at = text.find(" info line ", at + 1))
        ++read;
    BOOST_TEST(read >= 256u);   // the newest, whatever the writer did meanwhile
    BOOST_TEST(read < lines);
    // Such lines may have been lost themselves.
    constexpr std::string_view notice = " lines of this log were lost so far";
    auto const told = text.rfind(notice);
    BOOST_TEST_REQUIRE(told < text.find("read again"));
    auto const digits = text.rfind(' ', told - 1) + 1;
    BOOST_TEST(std::stoul(text.substr(digits, told - digits)) >= lines - read);
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace
}   // namespace thump::app
