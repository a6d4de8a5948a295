#include <wire/problem_json.hpp>

#include <boost/json/parse.hpp>
#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;

std::string problem_of(error const& e)
{
    std::string out;
    wire::append_problem(out, e);
    return out;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(problem_json)

BOOST_AUTO_TEST_CASE(a_problem_has_the_members_of_the_rfc_and_the_place)
{
    BOOST_TEST(problem_of({make_error_code(errc::wrong_json_type), "a \"b\"", "/2/type", 17, 2}) ==
               R"({"type":"urn:thump:error:wrong_json_type",)"
               R"("title":"The field has a value of the wrong JSON type.","status":400,)"
               R"("detail":"a \"b\"","pointer":"/2/type","offset":17,"index":2})");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_left_out)
{
    auto const value = boost::json::parse(problem_of({make_error_code(errc::not_found)}));
    BOOST_TEST(value.as_object().size() == 4u);
    BOOST_TEST(value.at("status").as_int64() == 404);
    BOOST_TEST(value.at("detail").as_string() == value.at("title").as_string());
}

BOOST_AUTO_TEST_CASE(an_error_of_another_category_is_an_unknown_one)
{
    auto const code = make_error_code(boost::system::errc::no_such_file_or_directory);
    auto const value = boost::json::parse(problem_of({code, "x"}));
    BOOST_TEST(value.at("type").as_string() == "urn:thump:error:unknown");
    BOOST_TEST(value.at("status").as_int64() == 500);
}

BOOST_AUTO_TEST_CASE(every_error_of_the_table_makes_json)
{
    for (auto const& info : error_table()) {
        auto const value =
            boost::json::parse(problem_of({make_error_code(info.code), "\xff", "/\xc3"}));
        BOOST_TEST(value.at("detail").as_string() == "\ufffd");
    }
}

BOOST_AUTO_TEST_SUITE_END()
