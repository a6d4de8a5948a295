#include <wire/cloud_attributes.hpp>

#include <wire/faults.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;
using test::fault_of;
using wire::attribute_type;

// The attribute that the first entry is told as: `name:type`, or `none`.
std::string told(metadata const& entries, std::string const& key)
{
    auto const a = wire::attribute_of(entries, *entries.find(key));
    if (!a) return "none";
    constexpr std::string_view types[] = {"string", "boolean", "integer"};
    return std::string{a->name} + ':' + std::string{types[static_cast<std::size_t>(a->type)]};
}

std::string told(std::string const& key, std::string const& value)
{
    return told({{key, value}}, key);
}

std::string judged(std::string_view name, std::string_view value,
                   attribute_type type = attribute_type::string)
{
    return fault_of(wire::check_attribute(name, value, type));
}

}   // namespace

BOOST_AUTO_TEST_SUITE(cloud_attributes)

BOOST_AUTO_TEST_CASE(a_key_tells_name_and_type)
{
    BOOST_TEST(wire::metadata_key("subject", attribute_type::string) == "ce-subject");
    BOOST_TEST(wire::metadata_key("n", attribute_type::integer) == "ce-n:integer");
    BOOST_TEST(wire::metadata_key("b", attribute_type::boolean) == "ce-b:boolean");
    BOOST_TEST(told("ce-subject", "s") == "subject:string");
    BOOST_TEST(told("ce-n:integer", "-5") == "n:integer");
    BOOST_TEST(told("ce-b:boolean", "true") == "b:boolean");
}

BOOST_AUTO_TEST_CASE(other_keys_are_no_attributes)
{
    for (auto const* key :
         {"subject", "ce", "ce-", "ce-Subject", "ce-my-ext", "ce-a:", "ce-a:string",
          "ce-a:integer:integer", "CE-a", "ce-data_base64", "ce-\xc3\xa9"})
        BOOST_TEST(told(key, "1") == "none", key);
}

BOOST_AUTO_TEST_CASE(names_with_another_meaning_are_no_attributes)
{
    for (auto const* name :
         {"id", "source", "type", "specversion", "time", "data", "publishersequence"})
        BOOST_TEST(told("ce-"s + name, "1") == "none", name);
    BOOST_TEST(told("ce-sequence", "1") == "publishersequence:string");
}

BOOST_AUTO_TEST_CASE(values_that_are_no_attributes_stay_metadata)
{
    for (auto const* value :
         {"", "x", "05", "+5", "-", "-0", "5.0", "2147483648", "-2147483649", " 5", "5 "})
        BOOST_TEST(told("ce-n:integer", value) == "none", value);
    for (auto const* value : {"2147483647", "-2147483648", "0"})
        BOOST_TEST(told("ce-n:integer", value) == "n:integer", value);
    BOOST_TEST(told("ce-b:boolean", "True") == "none");
    BOOST_TEST(told("ce-x", "a\nb") == "none");
    BOOST_TEST(told("ce-subject", "") == "none");
    BOOST_TEST(told("ce-x", "") == "x:string");
    BOOST_TEST(told("ce-dataschema", "no uri") == "none");
    BOOST_TEST(told("ce-dataschema", std::string{wire::thump_schema}) == "none");
}

BOOST_AUTO_TEST_CASE(one_of_several_types_is_told)
{
    metadata const entries{{"ce-x", "s"}, {"ce-x:boolean", "true"}, {"ce-x:integer", "1"}};
    BOOST_TEST(told(entries, "ce-x") == "x:string");
    BOOST_TEST(told(entries, "ce-x:boolean") == "none");
    BOOST_TEST(told(entries, "ce-x:integer") == "none");
    BOOST_TEST(told({{"ce-x:boolean", "true"}, {"ce-x:integer", "1"}}, "ce-x:integer") == "none");
}

BOOST_AUTO_TEST_CASE(an_attribute_breaks_no_rule_of_the_specification)
{
    BOOST_TEST(judged("comexampleext1", "\xe2\x82\xac \xf0\x9f\x98\x80") == "fine");
    BOOST_TEST(judged("MyExt", "x") == "invalid_attribute /MyExt");
    BOOST_TEST(judged("my-ext", "x") == "invalid_attribute /my-ext");
    BOOST_TEST(judged("", "x") == "invalid_attribute /");
    BOOST_TEST(judged("subject", "") == "invalid_attribute /subject");
    BOOST_TEST(judged("datacontenttype", "") == "invalid_attribute /datacontenttype");
    BOOST_TEST(judged("dataschema", "/relative") == "invalid_attribute /dataschema");
    BOOST_TEST(judged("dataschema", "https://s.example/1#a") == "fine");
    BOOST_TEST(judged("subject", "1", attribute_type::integer) == "wrong_json_type /subject");
    BOOST_TEST(judged("x", "1", attribute_type::integer) == "fine");
}

BOOST_AUTO_TEST_CASE(control_characters_and_noncharacters_are_refused)
{
    for (auto const text : {"\0"sv, "\x1f"sv, "\x7f"sv, "\xc2\x80"sv, "\xc2\x9f"sv,
                            "\xef\xb7\x90"sv, "\xef\xb7\xaf"sv, "\xef\xbf\xbe"sv, "\xef\xbf\xbf"sv,
                            "\xf0\x9f\xbf\xbf"sv, "\xf4\x8f\xbf\xbe"sv})
        BOOST_TEST(judged("x", "a" + std::string{text}) == "invalid_attribute /x");
    for (auto const text : {" "sv, "\x7e"sv, "\xc2\xa0"sv, "\xef\xb7\x8f"sv, "\xef\xb7\xb0"sv,
                            "\xef\xbf\xbd"sv, "\xf0\x9f\xbf\xbd"sv})
        BOOST_TEST(judged("x", text) == "fine");
}

BOOST_AUTO_TEST_SUITE_END()
