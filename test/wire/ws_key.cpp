#include <wire/ws_key.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(ws_key)

BOOST_AUTO_TEST_CASE(the_example_of_the_rfc_is_answered)
{
    BOOST_TEST(thump::wire::ws_accept_key("dGhlIHNhbXBsZSBub25jZQ==") ==
               "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(a_key_is_sixteen_bytes_of_base64)
{
    BOOST_TEST(thump::wire::is_valid_ws_key("dGhlIHNhbXBsZSBub25jZQ=="));
    BOOST_TEST(thump::wire::is_valid_ws_key("+/+/+/+/+/+/+/+/+/+/+/=="));
    for (auto const* key :
         {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ",
          "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAA",
          "dGhl IHNhbXBsZSBub25jZ==", "dGhlIHNhbXBsZSBub25j=Q==", "dGhlIHNhbXBsZSBub25jZQ-_"})
        BOOST_TEST(!thump::wire::is_valid_ws_key(key), key);
}

BOOST_AUTO_TEST_SUITE_END()
