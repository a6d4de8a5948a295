#include <wire/json_text.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump::wire;

std::string string_of(std::string_view s)
{
    std::string out;
    append_json_string(out, s);
    return out;
}

std::string decimal_of(std::uint64_t value)
{
    std::string out;
    append_decimal(out, value);
    return out;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(plain_text_is_copied_in_quotes)
{
    BOOST_TEST(string_of("") == R"("")");
    BOOST_TEST(string_of("Service 'web' created/updated") == R"("Service 'web' created/updated")");
    BOOST_TEST(string_of("é€😀\x7f") == "\"é€😀\x7f\"");
}

BOOST_AUTO_TEST_CASE(quotes_backslashes_and_control_characters_are_escaped)
{
    BOOST_TEST(string_of("\"\\\b\t\n\f\r") == R"("\"\\\b\t\n\f\r")");
    BOOST_TEST(string_of("\0\x01\x1f"sv) == R"("\u0000\u0001\u001f")");
    BOOST_TEST(string_of("0123456789\n0123456789\"") == R"("0123456789\n0123456789\"")");
}

BOOST_AUTO_TEST_CASE(every_byte_at_every_place_comes_back_from_an_independent_parser)
{
    for (int byte = 0; byte != 0x80; ++byte)
        for (std::size_t place = 0; place != 20; ++place) {
            std::string text(20, 'x');
            text[place] = static_cast<char>(byte);
            auto const json = string_of(text);
            if (boost::json::parse(json).as_string() != text) BOOST_ERROR(json);
            if (json_string_bytes(text) != json.size()) BOOST_ERROR("size of " << json);
        }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_become_replacement_characters)
{
    std::string out;
    append_json_string_lossy(out, "a\xff\xe2\x82z€");
    BOOST_TEST(out == "\"a\ufffd\ufffd\ufffdz€\"");
}

BOOST_AUTO_TEST_CASE(numbers_are_decimal)
{
    BOOST_TEST(decimal_of(0) == "0");
    BOOST_TEST(decimal_of(1234567890) == "1234567890");
    BOOST_TEST(decimal_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

BOOST_AUTO_TEST_CASE(line_ends_become_spaces)
{
    std::string out = "x";
    append_in_one_line(out, "{\r\n \"a\":\n1}\r");
    BOOST_TEST(out == "x{   \"a\": 1} ");
}

BOOST_AUTO_TEST_SUITE_END()
