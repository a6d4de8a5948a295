#include <wire/cloud_event.hpp>

#include <wire/cloud_event_reader.hpp>
#include <wire/faults.hpp>
#include <wire/same_event.hpp>

#include <thump/cloud_event.hpp>
#include <thump/time_point.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;

constexpr event_limits limits{};

std::string text_of(event const& e)
{
    std::string out;
    wire::append_cloud_event(out, e);
    return out;
}

// An event with as little as it can have.
event bare(metadata entries = {}, std::string data = {})
{
    return {.type = "a.b", .id = "i", .metadata = std::move(entries), .data = std::move(data)};
}

// What `bare` says, without what is the same in all of them.
std::string text_behind_sequence(event const& e)
{
    auto const text = text_of(e);
    constexpr auto start = R"({"specversion":"1.0","id":"i","source":"urn:thump:unspecified",)"
                           R"("type":"a.b","sequence":"00000000000000000000")"sv;
    BOOST_TEST_REQUIRE(text.starts_with(start));
    return text.substr(start.size());
}

}   // namespace

BOOST_AUTO_TEST_SUITE(cloud_event)

BOOST_AUTO_TEST_CASE(an_event_without_message_and_metadata_has_its_own_data)
{
    BOOST_TEST(text_of({.type = "task.failed",
                        .id = "0190-x",
                        .timestamp = parse_time_point("2024-05-01T12:00:00.25Z"),
                        .source = "/warren",
                        .data = R"({"tries":[1,2.0]})",
                        .seq = 12}) ==
               R"({"specversion":"1.0","id":"0190-x","source":"/warren","type":"task.failed",)"
               R"("time":"2024-05-01T12:00:00.25Z","sequence":"00000000000000000012",)"
               R"("datacontenttype":"application/json","data":{"tries":[1,2.0]}})");
    BOOST_TEST(text_behind_sequence(bare()) == "}");
}

BOOST_AUTO_TEST_CASE(message_and_metadata_are_told_in_the_data)
{
    auto e = bare({{"task_id", "t\n1"}}, "[1, 2]");
    e.message = "not \"found\"";
    BOOST_TEST(
        text_behind_sequence(e) ==
        R"(,"datacontenttype":"application/json","dataschema":"urn:thump:event",)"
        R"("data":{"message":"not \"found\"","metadata":{"task_id":"t\n1"},"data":[1, 2]}})");
    BOOST_TEST(text_behind_sequence(bare({{"k", "v"}})) ==
               R"(,"datacontenttype":"application/json","dataschema":"urn:thump:event",)"
               R"("data":{"message":"","metadata":{"k":"v"}}})");
}

BOOST_AUTO_TEST_CASE(metadata_that_was_an_attribute_is_one_again)
{
    BOOST_TEST(text_behind_sequence(bare({{"ce-subject", "s"},
                                          {"ce-n:integer", "-5"},
                                          {"ce-b:boolean", "false"},
                                          {"ce-datacontenttype", "text/xml"}},
                                         R"("<a/>")")) ==
               R"(,"b":false,"datacontenttype":"text/xml","n":-5,"subject":"s","data":"<a/>"})");
}

BOOST_AUTO_TEST_CASE(no_attribute_makes_an_event_look_like_a_control_record)
{
    BOOST_TEST(text_behind_sequence(bare({{"ce-from:integer", "1"}, {"ce-op", "gap"}})) ==
               R"(,"from":1,"datacontenttype":"application/json","dataschema":"urn:thump:event",)"
               R"("data":{"message":"","metadata":{"ce-op":"gap"}}})");
}

BOOST_AUTO_TEST_CASE(what_describes_the_data_is_told_where_the_data_is)
{
    BOOST_TEST(text_behind_sequence(bare({{"ce-subject", "s"},
                                          {"ce-dataschema", "urn:x"},
                                          {"ce-datacontenttype", "text/xml"},
                                          {"k", "v"}},
                                         R"("<a/>")")) ==
               R"(,"subject":"s","datacontenttype":"application/json","dataschema":)"
               R"("urn:thump:event","data":{"message":"","metadata":{"ce-datacontenttype":)"
               R"("text/xml","ce-dataschema":"urn:x","k":"v"},"data":"<a/>"}})");
}

BOOST_AUTO_TEST_CASE(binary_data_is_told_in_base64)
{
    BOOST_TEST(text_behind_sequence(bare({{"ce-data", "base64"}}, R"("AAEC")")) ==
               R"(,"data_base64":"AAEC"})");
    // No Base64, no binary data.
    BOOST_TEST(text_behind_sequence(bare({{"ce-data", "base64"}}, R"("*")")) ==
               R"(,"datacontenttype":"application/json","dataschema":"urn:thump:event",)"
               R"("data":{"message":"","metadata":{"ce-data":"base64"},"data":"*"}})");
}

BOOST_AUTO_TEST_CASE(the_largest_sequence_number_has_twenty_digits)
{
    auto e = bare();
    e.seq = UINT64_MAX;
    BOOST_TEST(text_of(e).find(R"("sequence":"18446744073709551615")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_control_record_is_the_data_of_a_cloud_event)
{
    std::string out;
    wire::append_cloud_record(out,
                              {"gap", "epoch1", "id1", *parse_time_point("2024-05-01T12:00:00Z")},
                              R"({"op":"gap","from":1})");
    BOOST_TEST(out == R"({"specversion":"1.0","id":"id1","source":"urn:thump:epoch:epoch1",)"
                      R"("type":"thump.gap","time":"2024-05-01T12:00:00Z",)"
                      R"("datacontenttype":"application/json","data":{"op":"gap","from":1}})");
}

// Everything an event can have, in every combination that is told in another way.
BOOST_AUTO_TEST_CASE(an_event_is_the_same_when_its_cloud_event_is_read)
{
    std::string const deep(limits.max_json_depth, '[');
    std::string const deepest = deep + std::string(limits.max_json_depth, ']');
    metadata const all_entries[] = {
        {},
        {{"k", "v"}, {"\xc3\xa9", "\x01"}},
        {{"ce-subject", "s"}, {"ce-n:integer", "5"}, {"ce-b:boolean", "true"}},
        {{"ce-subject", ""}, {"ce-n:integer", "x"}},
        {{"ce-x", "s"}, {"ce-x:integer", "5"}},
        {{"ce-datacontenttype", "application/json"}},
        {{"ce-datacontenttype", "text/xml"}, {"ce-dataschema", "https://s.example/1"}},
        {{"ce-dataschema", "urn:thump:event"}},
        {{"ce-data", "base64"}},
        {{"ce-data", "base64"}, {"ce-datacontenttype", "application/json"}, {"k", "v"}},
        {{"ce-data", "other"}},
        {{"ce-sequence", "7"}},
        {{"ce-op", "gap"}, {"ce-from:integer", "1"}},
        {{"ce-sequence:integer", "7"}, {"ce-publishersequence", "8"}},
        {{"ce-id", "i"}, {"ce-type", "t"}, {"ce-", ""}, {"ce-a b", ""}}};
    for (auto const& entries : all_entries)
        for (auto const* message : {"", "m\n\xe2\x82\xac"})
            for (auto const& data : {""s, "null"s, R"({"a":1e999,"b":[1.0]})"s, R"("AAEC")"s,
                                     R"("A\u0041\/C")"s, R"("<a\/>")"s, deepest})
                for (auto const* source : {"", "/s"}) {
                    auto e = bare(entries, data);
                    e.message = message;
                    e.source = source;
                    e.timestamp = parse_time_point("2024-05-01T12:00:00.123456789Z");
                    e.seq = 42;
                    auto const text = text_of(e);
                    auto const again = wire::parse_cloud_event(text, limits);
                    BOOST_TEST(test::fault_of(again) == "fine", text);
                    if (again) BOOST_TEST((test::same_event(*again, e) && again->seq == 42), text);
                }
}

BOOST_AUTO_TEST_CASE(the_public_functions_are_the_same)
{
    auto const e = bare({{"ce-subject", "s"}}, "1");
    BOOST_TEST(to_cloud_event_json(e) == text_of(e));
    auto const again = parse_cloud_event_json(to_cloud_event_json(e));
    BOOST_TEST_REQUIRE(again.has_value());
    BOOST_TEST(test::same_event(*again, e));
}

BOOST_AUTO_TEST_SUITE_END()
