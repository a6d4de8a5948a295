#include <wire/event_json.hpp>

#include <wire/faults.hpp>
#include <wire/same_event.hpp>

#include <thump/time_point.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;
using test::fault_of;
using wire::parse_event;
using wire::parse_events;
using wire::parse_ndjson;

constexpr event_limits limits{};

std::string text_of(event const& e)
{
    std::string out;
    wire::append_event(out, e);
    return out;
}

std::string judged(std::string_view json)
{
    return fault_of(parse_event(json, limits));
}

std::string detail_of(std::string_view json)
{
    return parse_event(json, limits).error().detail;
}

// The `data` that an event with this one carries, or the fault.
std::string carried(std::string_view data)
{
    auto const e = parse_event(R"({"type":"a","data":)" + std::string{data} + '}', limits);
    return e ? e->data : fault_of(e);
}

event full_event()
{
    event e{.type = "task.failed",
            .id = "0190-x",
            .timestamp = parse_time_point("2024-05-01T12:00:00.25Z"),
            .message = "image \"nginx\" not found",
            .metadata = {{"task_id", "t1"}, {"error", "not\nfound"}},
            .source = "/warren/manager",
            .data = R"({"tries":[1,2.0]})",
            .seq = 12};
    return e;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(event_json)

BOOST_AUTO_TEST_CASE(an_event_is_written_in_one_line_in_canonical_order)
{
    BOOST_TEST(text_of(full_event()) ==
               R"({"seq":12,"id":"0190-x","type":"task.failed","timestamp":)"
               R"("2024-05-01T12:00:00.25Z","message":"image \"nginx\" not found",)"
               R"("metadata":{"error":"not\nfound","task_id":"t1"},"source":"/warren/manager",)"
               R"("data":{"tries":[1,2.0]}})");
}

BOOST_AUTO_TEST_CASE(empty_source_and_data_are_left_out)
{
    event const e{.type = "a", .id = "1", .timestamp = time_point{}};
    BOOST_TEST(text_of(e) == R"({"seq":0,"id":"1","type":"a","timestamp":"1970-01-01T00:00:00Z",)"
                             R"("message":"","metadata":{}})");
}

BOOST_AUTO_TEST_CASE(an_event_comes_back_as_it_was)
{
    auto text = text_of(full_event());
    text.replace(1, R"("seq":12,)"sv.size(), "");
    auto const e = parse_event(text, limits);
    BOOST_TEST_REQUIRE(e.has_value(), fault_of(e));
    BOOST_TEST(test::same_event(*e, full_event()));
}

BOOST_AUTO_TEST_CASE(an_independent_parser_reads_what_is_written)
{
    auto const value = boost::json::parse(text_of(full_event()));
    BOOST_TEST(value.at("seq").to_number<int>() == 12);
    BOOST_TEST(value.at("message").as_string() == "image \"nginx\" not found");
    BOOST_TEST(value.at("metadata").at("error").as_string() == "not\nfound");
}

BOOST_AUTO_TEST_CASE(only_the_type_is_required)
{
    auto const e = parse_event(R"({"type":"task.failed"})", limits);
    BOOST_TEST_REQUIRE(e.has_value());
    BOOST_TEST(e->type == "task.failed");
    BOOST_TEST(!e->timestamp);
    BOOST_TEST((e->id.empty() && e->message.empty() && e->metadata.empty() && e->data.empty()));
}

BOOST_AUTO_TEST_CASE(members_may_come_in_any_order_and_spacing)
{
    auto const e =
        parse_event("\t{ \"message\" : \"m\" ,\r\n\"metadata\":{ } , \"type\":\"a\" } ", limits);
    BOOST_TEST_REQUIRE(e.has_value());
    BOOST_TEST(e->message == "m");
}

BOOST_AUTO_TEST_CASE(names_may_be_written_with_escapes)
{
    BOOST_TEST(judged(R"({"\u0074ype":"a"})") == "fine");
    BOOST_TEST(judged(R"({"\u0074ype":"a","type":"a"})") == "duplicate_key /type");
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_named)
{
    BOOST_TEST(judged(R"({"type":"a","colour":"red"})") == "unknown_field /colour");
    BOOST_TEST(judged(R"({"type":"a","a/b~c":1})") == "unknown_field /a~1b~0c");
    BOOST_TEST(detail_of(R"({"type":"a","colour":1})") == "an event has no field 'colour'");
    BOOST_TEST(judged(R"({"Type":"a"})") == "unknown_field /Type");
    BOOST_TEST(judged("{\"" + std::string(300, 'x') + "\":1}") == "unknown_field");
}

BOOST_AUTO_TEST_CASE(seq_is_not_for_publishers_to_give)
{
    BOOST_TEST(judged(R"({"type":"a","seq":1})") == "unknown_field /seq");
    BOOST_TEST(detail_of(R"({"seq":1})") == "'seq' is given by the broker, not by a publisher");
}

BOOST_AUTO_TEST_CASE(wrong_types_are_named_with_both_types)
{
    for (auto const* field : {"type", "id", "timestamp", "message", "source"})
        for (auto const* value : {"1", "true", "null", "[]", "{}"}) {
            auto const json = "{\"" + std::string{field} + "\":" + value + "}";
            BOOST_TEST(judged(json) == std::string{"wrong_json_type /"} + field);
        }
    BOOST_TEST(detail_of(R"({"message":null})") == "'message' must be a string, not null");
    BOOST_TEST(judged(R"({"type":"a","metadata":null})") == "wrong_json_type /metadata");
    BOOST_TEST(judged(R"({"type":"a","metadata":["b"]})") == "wrong_json_type /metadata");
    BOOST_TEST(judged(R"({"type":"a","metadata":{"b":1}})") == "wrong_json_type /metadata/b");
    BOOST_TEST(detail_of(R"({"metadata":{"b":false}})") == "'b' must be a string, not a boolean");
    for (auto const* value : {"1", "null", "\"a\"", "true", "[]"})
        BOOST_TEST(judged(value) == "wrong_json_type");
}

BOOST_AUTO_TEST_CASE(a_missing_type_is_told)
{
    BOOST_TEST(judged("{}") == "missing_field /type");
    BOOST_TEST(judged(R"({"message":"m"})") == "missing_field /type");
}

BOOST_AUTO_TEST_CASE(a_key_given_twice_is_refused_in_the_envelope_and_in_metadata)
{
    BOOST_TEST(judged(R"({"type":"a","type":"a"})") == "duplicate_key /type");
    BOOST_TEST(judged(R"({"type":"a","data":1,"data":1})") == "duplicate_key /data");
    BOOST_TEST(judged(R"({"type":"a","metadata":{"k":"1","k":"1"}})") ==
               "duplicate_key /metadata/k");
    BOOST_TEST(carried(R"({"k":1,"k":2})") == R"({"k":1,"k":2})");
}

BOOST_AUTO_TEST_CASE(fields_keep_their_rules)
{
    BOOST_TEST(judged(R"({"type":""})") == "invalid_type /type");
    BOOST_TEST(judged(R"({"type":"a..b"})") == "invalid_type /type");
    BOOST_TEST(judged("{\"type\":\"" + std::string(256, 'a') + "\"}") == "invalid_type /type");
    BOOST_TEST(judged(R"({"type":"a","id":"x\ny"})") == "invalid_id /id");
    BOOST_TEST(judged(R"({"type":"a","id":"\u007f"})") == "invalid_id /id");
    BOOST_TEST(judged(R"({"type":"a","id":""})") == "fine");
    BOOST_TEST(judged(R"({"type":"a","id":")" + std::string(255, 'x') + "\"}") == "fine");
    BOOST_TEST(judged(R"({"type":"a","id":")" + std::string(256, 'x') + "\"}") == "invalid_id /id");
    BOOST_TEST(judged(R"({"type":"a","timestamp":"yesterday"})") == "invalid_timestamp /timestamp");
    BOOST_TEST(judged(R"({"type":"a","source":"not a uri"})") == "invalid_source /source");
    BOOST_TEST(judged(R"({"type":"a","source":"https://h/p?q#f"})") == "fine");
    BOOST_TEST(judged(R"({"type":"a","metadata":{"":"x"}})") == "invalid_metadata /metadata");
    BOOST_TEST(judged(R"({"type":"a","metadata":{")" + std::string(256, 'k') + R"(":"x"}})") ==
               "invalid_metadata /metadata");
}

BOOST_AUTO_TEST_CASE(metadata_is_bounded_in_entries)
{
    std::string entries;
    for (int i = 0; i != 64; ++i)
        entries += "\"k" + std::to_string(i) + "\":\"v\",";
    auto const with = [&](std::string const& more) {
        return judged(R"({"type":"a","metadata":{)" + entries + more + "}}");
    };
    entries.pop_back();
    BOOST_TEST(with("") == "fine");
    BOOST_TEST(with(R"(,"k64":"v")") == "invalid_metadata /metadata");
}

BOOST_AUTO_TEST_CASE(strings_hold_anything_that_is_utf8)
{
    auto const e = parse_event(R"({"type":"a","message":"\u0000\r\n\u2028é\uD83D\uDE00"})", limits);
    BOOST_TEST_REQUIRE(e.has_value());
    BOOST_TEST(e->message == "\0\r\n\u2028é😀"sv);
    BOOST_TEST(text_of(*e).find_first_of("\r\n"sv) == std::string::npos);
    BOOST_TEST(text_of(*e).find('\0') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_refused_with_their_place)
{
    BOOST_TEST(judged("{\"type\":\"a\",\"message\":\"x\xff\"}") == "invalid_utf8 /message @24");
    BOOST_TEST(judged(R"({"type":"a","message":"\ud800"})") == "invalid_utf8 /message @23");
    BOOST_TEST(judged("{\"type\":\"a\",\"data\":{\"\x80\":1}}") == "invalid_utf8 /data @21");
    BOOST_TEST(judged("{\"\xc0\xaf\":\"a\"}") == "invalid_utf8 @2");
}

BOOST_AUTO_TEST_CASE(malformed_json_is_refused_with_its_place)
{
    BOOST_TEST(judged("{") == "invalid_json @1");
    BOOST_TEST(judged(R"({"type":"a")") == "invalid_json @11");
    BOOST_TEST(judged(R"({"type":"a"}})") == "invalid_json @12");
    BOOST_TEST(judged(R"({"type":})") == "invalid_json /type @8");
    BOOST_TEST(judged("x") == "invalid_json @0");
    BOOST_TEST(judged("\xef\xbb\xbf{\"type\":\"a\"}") == "invalid_json @0");
    BOOST_TEST(judged("") == "empty_body");
    BOOST_TEST(judged(" \r\n") == "empty_body");
}

BOOST_AUTO_TEST_CASE(data_keeps_its_bytes)
{
    for (auto const* data :
         {"null", "1.0", "1E0", "1e999", "-1e-999", "123456789012345678901234567890", "\"\\u0041\"",
          R"({ "b" : 1, "a" : [ ] })", "\"\\/\"", "-0", "true", "[1.50, 2e+1]"})
        BOOST_TEST(carried(data) == data);
    BOOST_TEST(carried("  [1] ") == "[1]");
}

BOOST_AUTO_TEST_CASE(line_ends_between_the_tokens_of_data_become_spaces)
{
    BOOST_TEST(carried("[1,\r\n2,\n\"a\\nb\"]") == "[1,  2, \"a\\nb\"]");
    event e{.type = "a", .id = "1", .timestamp = time_point{}, .data = "[\n]"};
    BOOST_TEST(text_of(e).ends_with(R"("data":[ ]})"));
}

BOOST_AUTO_TEST_CASE(deep_data_is_refused_at_any_depth)
{
    auto const nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    BOOST_TEST(carried(nested(32)) == nested(32));
    BOOST_TEST(carried(nested(33)).starts_with("json_too_deep /data"));
    BOOST_TEST(carried(nested(10'000)).starts_with("json_too_deep /data"));
    BOOST_TEST(carried(std::string(100'000, '[')).starts_with("json_too_deep /data"));
    BOOST_TEST(judged(std::string(100'000, '[')) == "wrong_json_type");
}

BOOST_AUTO_TEST_CASE(size_is_bounded)
{
    auto const of_size = [](std::size_t bytes) {
        auto const frame = R"({"type":"a","message":""})"sv.size();
        return R"({"type":"a","message":")" + std::string(bytes - frame, 'x') + "\"}";
    };
    BOOST_TEST(judged(of_size(limits.max_event_bytes)) == "fine");
    BOOST_TEST(judged(of_size(limits.max_event_bytes + 1)) == "event_too_large");
    BOOST_TEST(judged(of_size(limits.max_event_bytes) + "   ") == "fine");
    // Data that is too long is not read to its end.
    std::string endless = R"({"type":"a","data":[1)";
    auto const start = endless.size() - 2;
    while (endless.size() < std::size_t{1} << 20)
        endless += ",1";
    BOOST_TEST(judged(endless) ==
               "event_too_large /data @" + std::to_string(start + limits.max_event_bytes + 1));
}

BOOST_AUTO_TEST_CASE(one_event_or_an_array_is_a_batch)
{
    BOOST_TEST(parse_events(R"({"type":"a"})", limits).value().size() == 1u);
    auto const two = parse_events(R"( [{"type":"a"} , {"type":"b"}] )", limits);
    BOOST_TEST_REQUIRE(two.has_value());
    BOOST_TEST(two->at(0).type == "a");
    BOOST_TEST(two->at(1).type == "b");
}

BOOST_AUTO_TEST_CASE(the_bad_element_of_an_array_is_told)
{
    auto const judged_batch = [](std::string_view json) {
        return fault_of(parse_events(json, limits));
    };
    BOOST_TEST(judged_batch("[]") == "empty_body");
    BOOST_TEST(judged_batch("") == "empty_body");
    BOOST_TEST(judged_batch(R"([{"type":"a"},{"type":"b"},{"type":"c!"}])") ==
               "invalid_type /2/type #2");
    BOOST_TEST(judged_batch(R"([{"type":"a"},{"type":"b","metadata":{"k":1}}])") ==
               "wrong_json_type /1/metadata/k #1");
    BOOST_TEST(judged_batch(R"([{"type":"a"},7])") == "wrong_json_type /1 #1");
    BOOST_TEST(judged_batch(R"([{"type":"a"},{"type" "b"}])") == "invalid_json /1 @22 #1");
    BOOST_TEST(judged_batch(R"([{"type":"a"} {"type":"b"}])") == "invalid_json @14");
    BOOST_TEST(judged_batch(R"([{"type":"a"},])") == "invalid_json /1 @14 #1");
    BOOST_TEST(judged_batch(R"([{"type":"a"}]])") == "invalid_json @14");
    BOOST_TEST(judged_batch(std::string(100'000, '[')) == "wrong_json_type /0 #0");
}

BOOST_AUTO_TEST_CASE(each_element_has_the_limit_of_one_event)
{
    auto const element = R"({"type":"a","message":")" + std::string(40'000, 'x') + "\"}";
    BOOST_TEST(fault_of(parse_events("[" + element + "," + element + "]", limits)) == "fine");
    auto const large = R"({"type":"a","message":")" + std::string(66'000, 'x') + "\"}";
    BOOST_TEST(fault_of(parse_events("[" + element + "," + large + "]", limits)) ==
               "event_too_large /1 #1");
}

BOOST_AUTO_TEST_CASE(lines_hold_one_event_each)
{
    auto const three =
        parse_ndjson("{\"type\":\"a\"}\n\r\n  \n{\"type\":\"b\"}\r\n{\"type\":\"c\"}", limits);
    BOOST_TEST_REQUIRE(three.has_value());
    BOOST_TEST(three->size() == 3u);
    BOOST_TEST(three->at(2).type == "c");
    BOOST_TEST(parse_ndjson("{\"type\":\"a\"}\n", limits).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_bad_line_is_told)
{
    auto const judged_lines = [](std::string_view body) {
        return fault_of(parse_ndjson(body, limits));
    };
    BOOST_TEST(judged_lines("") == "empty_body");
    BOOST_TEST(judged_lines("\n \r\n\n") == "empty_body");
    BOOST_TEST(judged_lines("{\"type\":\"a\"}\n\n{\"typ\":1}") == "unknown_field /typ #1");
    BOOST_TEST(judged_lines("{\"type\":\"a\"}\n{\"type\" 1}\n") == "invalid_json @21 #1");
    BOOST_TEST(judged_lines("{\"type\":\"a\"} {\"type\":\"b\"}\n") == "invalid_json @13 #0");
    BOOST_TEST(judged_lines("{\"type\":\n\"a\"}") == "invalid_json /type @8 #0");
}

BOOST_AUTO_TEST_SUITE_END()
