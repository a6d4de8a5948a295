#include <wire/base64.hpp>

#include <boost/test/unit_test.hpp>

using thump::wire::is_base64;

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(whole_groups_are_accepted_with_their_padding_and_without)
{
    for (auto const* text :
         {"", "AAEC", "AAE=", "AA==", "AAE", "AA", "+/+/", "eyAieHl6IjogMTIzIH0="})
        BOOST_TEST(is_base64(text), text);
}

BOOST_AUTO_TEST_CASE(what_encodes_no_whole_bytes_is_refused)
{
    for (auto const* text : {"A", "AAECA", "A=", "A===", "AA=", "AAE==", "AAEC=", "AA==AA", "="})
        BOOST_TEST(!is_base64(text), text);
}

BOOST_AUTO_TEST_CASE(foreign_characters_are_passed_over_where_something_is_left)
{
    BOOST_TEST(is_base64("AA\r\nEC"));
    BOOST_TEST(is_base64("... base64 encoded string ..."));   // as the specification's examples
    BOOST_TEST(!is_base64("***"));
    BOOST_TEST(!is_base64(" "));
}

BOOST_AUTO_TEST_SUITE_END()
