#include <wire/json_pointer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace thump::wire;

BOOST_AUTO_TEST_SUITE(json_pointer)

BOOST_AUTO_TEST_CASE(slashes_and_tildes_in_names_are_escaped)
{
    std::string pointer = "/metadata";
    append_pointer(pointer, "a/b~c");
    append_pointer(pointer, "");
    BOOST_TEST(pointer == "/metadata/a~1b~0c/");
}

BOOST_AUTO_TEST_CASE(an_endless_name_is_left_out)
{
    std::string pointer = "/metadata";
    append_pointer(pointer, std::string(256, 'x'));
    BOOST_TEST(pointer == "/metadata");
}

BOOST_AUTO_TEST_CASE(quotes_are_short_and_printable)
{
    BOOST_TEST(quoted("été") == "'été'");
    BOOST_TEST(quoted("a\nb\x7f") == "'a?b?'");
    BOOST_TEST(quoted("a\xff") == "'a?'");
    BOOST_TEST(quoted(std::string(63, 'x') + "é!") == "'" + std::string(63, 'x') + "…'");
}

BOOST_AUTO_TEST_SUITE_END()
