#include <thump/errc.hpp>

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace {

using namespace thump;

}   // namespace

BOOST_AUTO_TEST_SUITE(errc_)

BOOST_AUTO_TEST_CASE(table_is_in_the_order_of_the_enumeration)
{
    int expected = static_cast<int>(errc::intake_full);
    BOOST_TEST(expected == 1);   // 0 would be no error
    for (auto const& row : error_table())
        BOOST_TEST(static_cast<int>(row.code) == expected++);
    BOOST_TEST(static_cast<int>(errc::cursor_expired) == expected - 1);
}

BOOST_AUTO_TEST_CASE(every_row_is_complete)
{
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (auto const& row : error_table()) {
        BOOST_TEST_CONTEXT(row.name)
        {
            BOOST_TEST(!row.name.empty());
            BOOST_TEST(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_8") ==
                       std::string_view::npos);
            BOOST_TEST(names.insert(row.name).second);
            BOOST_TEST_REQUIRE(!row.sentence.empty());
            BOOST_TEST(row.sentence.back() == '.');
            BOOST_TEST(sentences.insert(row.sentence).second);
            BOOST_TEST((row.http_status == 0 || (row.http_status >= 400 && row.http_status < 600)));
            BOOST_TEST((row.close_code == 0 || (row.close_code >= 1000 && row.close_code <= 1014) ||
                        (row.close_code >= 4000 && row.close_code < 5000)));
            BOOST_TEST((row.http_status != 0 || row.close_code != 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(codes_speak_through_the_category)
{
    for (auto const& row : error_table()) {
        boost::system::error_code const ec = row.code;
        BOOST_TEST(ec.failed());
        BOOST_TEST(ec.category().name() == std::string{"thump"});
        BOOST_TEST(ec.message() == row.sentence);
        BOOST_TEST(&describe(row.code) == &row);
    }
}

BOOST_AUTO_TEST_CASE(close_codes_are_those_of_the_contract)
{
    BOOST_TEST(describe(errc::stopped).close_code == 1001);
    BOOST_TEST(describe(errc::going_away).close_code == 1001);
    BOOST_TEST(describe(errc::protocol_error).close_code == 1002);
    BOOST_TEST(describe(errc::binary_not_accepted).close_code == 1003);
    BOOST_TEST(describe(errc::invalid_utf8).close_code == 1007);
    BOOST_TEST(describe(errc::body_too_large).close_code == 1009);
    BOOST_TEST(describe(errc::slow_consumer).close_code == 4008);
    BOOST_TEST(describe(errc::pong_timeout).close_code == 4009);
    BOOST_TEST(describe(errc::closed_by_operator).close_code == 4010);
}

BOOST_AUTO_TEST_CASE(values_outside_the_table_are_described_too)
{
    for (int const value : {0, -1, static_cast<int>(error_table().size()) + 1}) {
        BOOST_TEST(!describe(static_cast<errc>(value)).sentence.empty());
        BOOST_TEST(describe(static_cast<errc>(value)).name == "unknown");
    }
}

BOOST_AUTO_TEST_SUITE_END()
