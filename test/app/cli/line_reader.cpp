#include <app/cli/line_reader.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using thump::cli::line_reader;

// Writes a text into a pipe, from a thread of its own, and closes it.
class source {
public:
    explicit source(std::string text)
    {
        BOOST_TEST_REQUIRE(::pipe(ends_.data()) == 0);
        writer_ = std::thread{[fd = ends_[1], text = std::move(text)] {
            std::string_view rest{text};
            while (!rest.empty()) {
                auto const written = ::write(fd, rest.data(), rest.size());
                if (written <= 0) break;
                rest.remove_prefix(static_cast<std::size_t>(written));
            }
            ::close(fd);
        }};
    }
    source(source const&) = delete;
    source& operator=(source const&) = delete;
    ~source()
    {
        char rest[4096];
        while (::read(ends_[0], rest, sizeof rest) > 0)
            ;
        writer_.join();
        ::close(ends_[0]);
    }

    [[nodiscard]] int descriptor() const noexcept { return ends_[0]; }

private:
    std::array<int, 2> ends_{};
    std::thread writer_;
};

std::vector<std::string> lines_of(std::string const& text)
{
    source const from{text};
    line_reader in{from.descriptor()};
    std::vector<std::string> lines;
    while (auto const line = in.next())
        lines.emplace_back(*line);
    BOOST_TEST(in.number() == lines.size());
    BOOST_TEST(!in.next().has_value());
    return lines;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(line_readers)

BOOST_AUTO_TEST_CASE(lines_come_without_their_ends)
{
    using lines = std::vector<std::string>;
    BOOST_TEST(lines_of("") == lines{}, boost::test_tools::per_element());
    BOOST_TEST(lines_of("a\n\nb") == (lines{"a", "", "b"}), boost::test_tools::per_element());
    BOOST_TEST(lines_of("a\r\n") == lines{"a\r"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(long_input_is_read_in_pieces)
{
    std::string text;
    for (std::size_t size = 0; size != 600; ++size)
        text.append(size, 'x').append("\n");
    auto const lines = lines_of(text);
    BOOST_TEST_REQUIRE(lines.size() == 600u);
    for (std::size_t size = 0; size != 600; ++size)
        BOOST_TEST(lines[size].size() == size);
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_refused_with_its_number)
{
    source const from{"first\n" + std::string(2 * line_reader::max_line_bytes, 'x')};
    line_reader in{from.descriptor()};
    BOOST_TEST(in.next().value() == "first");
    BOOST_CHECK_EXCEPTION((void)in.next(), std::length_error, [](std::length_error const& e) {
        return std::string_view{e.what()}.starts_with("line 2 ");
    });
}

BOOST_AUTO_TEST_CASE(it_is_ready_when_a_line_is_whole_or_can_be_no_line)
{
    source const from{"first\n" + std::string(2 * line_reader::max_line_bytes, 'x')};
    line_reader in{from.descriptor()};
    BOOST_TEST(!in.ready());
    BOOST_TEST(in.read_more());
    BOOST_TEST(in.ready());
    BOOST_TEST(in.next().value() == "first");
    while (!in.ready())
        BOOST_TEST_REQUIRE(in.read_more());
    BOOST_CHECK_THROW((void)in.next(), std::length_error);

    source const nothing{""};
    line_reader none{nothing.descriptor()};
    BOOST_TEST(!none.read_more());
    BOOST_TEST(none.ready());
    BOOST_TEST(!none.next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
