#include <app/config_file.hpp>

#include <app/config.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace thump::app {
namespace {

std::string complaint(std::string_view text)
{
    try {
        (void)parse_config_file(text, "f.json");
    } catch (config_error const& e) {
        return e.what();
    }
    return "none";
}

BOOST_AUTO_TEST_SUITE(config_file)

BOOST_AUTO_TEST_CASE(every_key_has_its_line)
{
    auto const file = parse_config_file("// head\n"
                                        "{\n"
                                        "  \"a\": { \"x\": 1,\n"
                                        "\n"
                                        "    /* two\n"
                                        "       lines */ \"y\\u0031\": [\n"
                                        "      \"s\" ] },\n"
                                        "  \"b\":\n"
                                        "    true }\n"
                                        "// tail",
                                        "f.json");
    BOOST_TEST(file.lines.at("a") == 3);
    BOOST_TEST(file.lines.at("a.x") == 3);
    BOOST_TEST(file.lines.at("a.y1") == 6);
    BOOST_TEST(file.lines.at("b") == 8);
    BOOST_TEST(file.values.at("a").at("y1").at(0).as_string() == "s");
    BOOST_TEST(file.values.at("b").as_bool());
}

BOOST_AUTO_TEST_CASE(lines_may_end_in_crlf_and_the_last_in_nothing)
{
    auto const file = parse_config_file("{\r\n\"a\":\r\n1,\r\n\"b\": 2}", "f.json");
    BOOST_TEST(file.lines.at("a") == 2);
    BOOST_TEST(file.lines.at("b") == 4);
}

BOOST_AUTO_TEST_CASE(broken_json_is_refused_with_its_line)
{
    BOOST_TEST(complaint("{\n\"a\": 1\n\"b\": 2\n}").starts_with("f.json:3: not valid JSON: "));
    BOOST_TEST(complaint("{\n\"a\": nul\n}").starts_with("f.json:2: not valid JSON: "));
    BOOST_TEST(complaint("{\n\"a\": 1,\n}").starts_with("f.json:3: not valid JSON: "));
    BOOST_TEST(complaint("{}\n{}").starts_with("f.json:2: not valid JSON: "));
    BOOST_TEST(complaint("{\n\"a\": 1\n").starts_with("f.json:2: not valid JSON: "));
    BOOST_TEST(complaint("").starts_with("f.json:1: not valid JSON: "));
    BOOST_TEST(complaint("{\n\n\"a\": \"\xff\"}").starts_with("f.json:3: not valid JSON: "));
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused)
{
    BOOST_TEST(complaint(std::string(10'000, '[')).starts_with("f.json:1: not valid JSON: "));
}

BOOST_AUTO_TEST_CASE(key_that_stands_twice_is_refused)
{
    BOOST_TEST(complaint("{\"a\": {\n\"x\": 1,\n\"x\": 2}}") ==
               "f.json:3: key 'a.x': stands here for the second time");
}

BOOST_AUTO_TEST_CASE(root_that_is_no_object_is_refused)
{
    BOOST_TEST(complaint("[1]") == "f.json:1: expected an object");
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace
}   // namespace thump::app
