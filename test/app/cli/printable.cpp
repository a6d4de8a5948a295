#include <app/cli/printable.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using thump::cli::printable;

BOOST_AUTO_TEST_SUITE(printable_text)

BOOST_AUTO_TEST_CASE(what_people_write_is_kept)
{
    for (std::string_view const text :
         {"", "plain ~ text", "\xc3\xa9\xc3\xa0", "\xe2\x82\xac", "\xf0\x9f\x90\x87", "\xc2\xa0"})
        BOOST_TEST(printable(text) == text);
}

BOOST_AUTO_TEST_CASE(no_control_character_is_left)
{
    for (unsigned code = 0; code != 0x20; ++code) {
        auto const text = printable(std::string(1, static_cast<char>(code)));
        BOOST_TEST(text.starts_with('\\'), code);
        for (char const c : text)
            BOOST_TEST((c >= 0x20 && c < 0x7f), code);
    }
    BOOST_TEST(printable("a\nb\tc\rd\x1b[31m\x7f") == "a\\nb\\tc\\rd\\x1b[31m\\x7f");
    BOOST_TEST(printable("\xc2\x9b"
                         "2J") == "\\u009b2J");
}

BOOST_AUTO_TEST_CASE(what_would_reorder_or_break_lines_is_written_out)
{
    BOOST_TEST(printable("\xe2\x80\xae"
                         "x\xe2\x80\xa8\xe2\x81\xa6") == "\\u202ex\\u2028\\u2066");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_written_out)
{
    BOOST_TEST(printable("a\xff\x9b"
                         "b\xc3") == "a\\xff\\x9bb\\xc3");
}

BOOST_AUTO_TEST_CASE(json_stays_the_same_json)
{
    auto const made = [](std::string_view json) {
        std::string out;
        thump::cli::append_printable_json(out, json);
        return out;
    };
    BOOST_TEST(made(R"({"a":"\n\u001b","n":1.0})") == R"({"a":"\n\u001b","n":1.0})");
    BOOST_TEST(made("{\"a\":\n\"\xc2\x9b\xe2\x80\xae\x7f\xc3\xa9\"}") ==
               "{\"a\": \"\\u009b\\u202e\\u007f\xc3\xa9\"}");
    BOOST_TEST(made("\"\xff\"") == "\"\\ufffd\"");
}

BOOST_AUTO_TEST_SUITE_END()
