#include <wire/cloud_headers.hpp>

#include <wire/faults.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::literals;
using namespace thump;
using test::fault_of;
using wire::body_kind;
using wire::cloud_header;

constexpr event_limits limits{};

result<event> message(std::vector<cloud_header> fields, wire::cloud_body const& body = {})
{
    for (auto const& good : {cloud_header{"ce-specversion", "1.0"}, cloud_header{"ce-id", "i"},
                             cloud_header{"ce-source", "/s"}, cloud_header{"ce-type", "a.b"}})
        fields.push_back(good);
    return wire::parse_cloud_message(fields, body, limits);
}

std::string subject(std::string_view value)
{
    auto const made = message({{"ce-subject", value}});
    return made ? made->metadata.at("ce-subject") : fault_of(made);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(cloud_headers)

BOOST_AUTO_TEST_CASE(fields_are_attributes_and_the_body_is_the_data)
{
    auto const e = message({{"Host", "h"},
                            {"CE-Time", "2018-04-05T03:56:24Z"},
                            {"Ce-Ext", "5"},
                            {"ce-datacontenttype", "text/plain"},
                            {"Content-Length", "7"}},
                           {body_kind::json, "application/json", "{\"a\":\n1}"})
                       .value();
    BOOST_TEST(e.id == "i");
    BOOST_TEST(e.source == "/s");
    BOOST_TEST(e.type == "a.b");
    BOOST_TEST(e.timestamp.has_value());
    BOOST_TEST(e.data == R"({"a": 1})");
    BOOST_TEST((e.metadata == metadata{{"ce-ext", "5"}}));
}

BOOST_AUTO_TEST_CASE(text_becomes_a_string)
{
    auto const e = message({}, {body_kind::text, "text/plain", "a\n\"b\""}).value();
    BOOST_TEST(e.data == R"("a\n\"b\"")");
    BOOST_TEST((e.metadata == metadata{{"ce-datacontenttype", "text/plain"}}));
    BOOST_TEST(fault_of(message({}, {body_kind::text, "text/plain", "\xff"})) == "invalid_utf8");
}

BOOST_AUTO_TEST_CASE(an_empty_body_is_no_data)
{
    BOOST_TEST(message({}, {body_kind::text, "text/plain", ""}).value().data == "");
    BOOST_TEST(message({}, {body_kind::json, "", ""}).value().data == "");
}

BOOST_AUTO_TEST_CASE(values_are_unquoted_and_decoded_once)
{
    BOOST_TEST(subject("Euro%20%E2%82%AC%20%F0%9F%98%80") == "Euro \xe2\x82\xac \xf0\x9f\x98\x80");
    BOOST_TEST(subject("%2525") == "%25");
    BOOST_TEST(subject("a+b") == "a+b");
    BOOST_TEST(subject(R"("a \"b\" \\c%20d")") == R"(a "b" \c d)");
    BOOST_TEST(subject(R"("a)") == R"("a)");
    BOOST_TEST(subject("\xe2\x82\xac") == "\xe2\x82\xac");
}

BOOST_AUTO_TEST_CASE(broken_encodings_are_refused)
{
    for (auto const* value : {"%", "%2", "%zz", "a%2", "%e"})
        BOOST_TEST(subject(value) == "invalid_attribute", value);
    BOOST_TEST(subject("%FF") == "invalid_utf8");
    BOOST_TEST(subject("\xff") == "invalid_utf8");
    BOOST_TEST(subject("%00") == "invalid_attribute");
    BOOST_TEST(subject("a%0Ab: c") == "invalid_attribute");
}

BOOST_AUTO_TEST_CASE(a_fault_names_its_field)
{
    auto const wrong = message({{"ce-time", "yesterday"}}).error();
    BOOST_TEST((wrong.code == errc::invalid_timestamp));
    BOOST_TEST(wrong.detail.starts_with("header 'ce-time': "));
    BOOST_TEST(wrong.pointer == "");
    BOOST_TEST(fault_of(message({{"ce-my-ext", "x"}})) == "invalid_attribute");
    BOOST_TEST(fault_of(message({{"ce-", "x"}})) == "invalid_attribute");
    BOOST_TEST(fault_of(message({{"ce-id", "again"}})) == "duplicate_key");
    BOOST_TEST(fault_of(message({{"ce-x", "1"}, {"CE-X", "1"}})) == "duplicate_key");

    std::vector<cloud_header> const none{{"ce-specversion", "1.0"}};
    auto const missing = wire::parse_cloud_message(none, {}, limits).error();
    BOOST_TEST((missing.code == errc::missing_field));
    BOOST_TEST(missing.detail.find("'id'") != std::string::npos);
    BOOST_TEST(missing.pointer == "");
}

BOOST_AUTO_TEST_CASE(faults_of_the_data_are_placed_in_the_body)
{
    auto const json = [](std::string_view bytes, std::vector<cloud_header> fields = {}) {
        return fault_of(message(std::move(fields), {body_kind::json, "application/json", bytes}));
    };
    BOOST_TEST(json("{\"a\":}") == "invalid_data @5");
    BOOST_TEST(json("1 2") == "invalid_data @2");
    BOOST_TEST(json("hello") == "invalid_data @0");
    BOOST_TEST(json("\"\xff\"") == "invalid_utf8 @1");
    BOOST_TEST(json(std::string(33, '[') + std::string(33, ']')) == "json_too_deep");
    BOOST_TEST(json("\"" + std::string(limits.max_event_bytes, 'x') + "\"") ==
               "event_too_large @65538");
    BOOST_TEST(json(R"({"metadata":{"k":1}})", {{"ce-dataschema", "urn:thump:event"}}) ==
               "wrong_json_type /metadata/k");
}

BOOST_AUTO_TEST_SUITE_END()
