#include <net/http_request.hpp>

#include <boost/test/unit_test.hpp>

namespace thump::test {
namespace {

net::http_request const request{.fields = {{"Connection", "keep-alive, Upgrade"},
                                           {"ce-id", "1"},
                                           {"CE-ID", "2"},
                                           {"connection", "x"},
                                           {"Empty", ""}}};

}   // namespace

BOOST_AUTO_TEST_SUITE(http_request)

BOOST_AUTO_TEST_CASE(field_finds_the_first_in_any_case)
{
    BOOST_TEST(request.field("Ce-Id").value_or("") == "1");
    BOOST_TEST(request.field("empty").has_value());
    BOOST_TEST(!request.field("ce-i").has_value());
}

BOOST_AUTO_TEST_CASE(count_counts_in_any_case)
{
    BOOST_TEST(request.count("ce-id") == 2u);
    BOOST_TEST(request.count("absent") == 0u);
}

BOOST_AUTO_TEST_CASE(lists_looks_through_all_fields_of_a_name)
{
    BOOST_TEST(request.lists("Connection", "upgrade"));
    BOOST_TEST(request.lists("Connection", "X"));
    BOOST_TEST(!request.lists("Connection", "keep"));
    BOOST_TEST(!request.lists("Upgrade", "websocket"));
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
