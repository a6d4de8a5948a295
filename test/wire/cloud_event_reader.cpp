#include <wire/cloud_event_reader.hpp>

#include <wire/cloud_event.hpp>
#include <wire/faults.hpp>

#include <thump/time_point.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;
using test::fault_of;
using wire::parse_cloud_batch;
using wire::parse_cloud_event;

constexpr event_limits limits{};

// A good CloudEvent with these members besides, each with a comma before it.
std::string with(std::string_view members)
{
    return R"({"specversion":"1.0","id":"i","source":"/s","type":"a.b")" + std::string{members} +
           '}';
}

std::string judged(std::string_view json)
{
    return fault_of(parse_cloud_event(json, limits));
}

event read(std::string_view members)
{
    auto made = parse_cloud_event(with(members), limits);
    BOOST_TEST_REQUIRE(fault_of(made) == "fine");
    return *std::move(made);
}

std::string entries(metadata const& m)
{
    std::string text;
    for (auto const& [key, value] : m)
        text += key + '=' + value + ';';
    return text;
}

// A CloudEvent as it comes out again, behind its sequence.
std::string passed_on(std::string_view members)
{
    std::string text;
    wire::append_cloud_event(text, read(members));
    constexpr auto last = R"("sequence":"00000000000000000000")"sv;
    return text.substr(text.find(last) + last.size());
}

}   // namespace

BOOST_AUTO_TEST_SUITE(cloud_event_reader)

BOOST_AUTO_TEST_CASE(attributes_become_members_or_metadata)
{
    auto const e = read(R"(,"time":"2018-04-05T03:56:24.5+02:00","subject":"123","dataschema":)"
                        R"("https://s.example/1","datacontenttype":"text/xml","data":"<a/>",)"
                        R"("comexampleext":"v","n":5,"b":true,"unset":null)");
    BOOST_TEST(e.id == "i");
    BOOST_TEST(e.source == "/s");
    BOOST_TEST(e.type == "a.b");
    BOOST_TEST((e.timestamp == parse_time_point("2018-04-05T01:56:24.5Z")));
    BOOST_TEST(e.data == R"("<a/>")");
    BOOST_TEST(entries(e.metadata) ==
               "ce-b:boolean=true;ce-comexampleext=v;ce-datacontenttype=text/xml;"
               "ce-dataschema=https://s.example/1;ce-n:integer=5;ce-subject=123;");
}

BOOST_AUTO_TEST_CASE(json_is_implied_and_not_kept)
{
    BOOST_TEST(entries(read(R"(,"datacontenttype":"application/json","data":1)").metadata) == "");
    BOOST_TEST(entries(read(R"(,"datacontenttype":"application/json")").metadata) ==
               "ce-datacontenttype=application/json;");
    BOOST_TEST(entries(read(R"(,"datacontenttype":"application/json; charset=utf-8","data":1)")
                           .metadata) == "ce-datacontenttype=application/json; charset=utf-8;");
}

BOOST_AUTO_TEST_CASE(data_is_carried_as_it_is)
{
    BOOST_TEST(read(",\"data\": {\"a\" :\n[1e999, 1.0]} ").data == R"({"a" : [1e999, 1.0]})");
    BOOST_TEST(read(R"(,"data":null)").data == "null");
    BOOST_TEST(read("").data == "");
    auto const binary = read(R"(,"data_base64":"AAEC")");
    BOOST_TEST(binary.data == R"("AAEC")");
    BOOST_TEST(entries(binary.metadata) == "ce-data=base64;");
    BOOST_TEST(read(R"(,"data_base64":null,"data":2)").data == "2");
}

BOOST_AUTO_TEST_CASE(what_comes_in_goes_out)
{
    for (auto const* members :
         {"", R"(,"datacontenttype":"application/json","data":{"a":1})",
          R"(,"comexampleothervalue":5,"ext":"v","subject":"s","data_base64":"AAEC")",
          R"(,"datacontenttype":"application/xml","data":"<much wow=\"xml\"/>")",
          R"(,"datacontenttype":"application/json","data_base64":"AAEC")",
          R"(,"b":true,"datacontenttype":"text/plain","dataschema":"urn:x","data":null)"})
        BOOST_TEST(passed_on(members) == members + "}"s);
}

BOOST_AUTO_TEST_CASE(a_publishers_sequence_stands_beside_the_brokers)
{
    BOOST_TEST(passed_on(R"(,"sequence":"7")") == R"(,"publishersequence":"7"})");
    BOOST_TEST(passed_on(R"(,"sequence":7)") == R"(,"publishersequence":7})");
    // Twenty digits are a broker's: another takes their place.
    auto const e = read(R"(,"publishersequence":"7","sequence":"00000000000000000042")");
    BOOST_TEST(e.seq == 42u);
    BOOST_TEST(entries(e.metadata) == "ce-sequence=7;");
    BOOST_TEST(entries(read(R"(,"sequence":"99999999999999999999")").metadata) ==
               "ce-sequence=99999999999999999999;");
    BOOST_TEST(judged(with(R"(,"sequence":"1","sequence":"2")")) == "duplicate_key /sequence");
}

BOOST_AUTO_TEST_CASE(data_of_our_schema_is_taken_apart)
{
    auto const e = read(R"(,"dataschema":"urn:thump:event","subject":"s","data":{"data":[1],)"
                        R"("metadata":{"k":"v"},"message":"m"})");
    BOOST_TEST(e.message == "m");
    BOOST_TEST(e.data == "[1]");
    BOOST_TEST(entries(e.metadata) == "ce-subject=s;k=v;");

    auto const in_data = [](std::string_view data) {
        return judged(
            with(R"(,"dataschema":"urn:thump:event","subject":"s","data":)" + std::string{data}));
    };
    BOOST_TEST(in_data("{}") == "fine");
    BOOST_TEST(in_data("[]") == "wrong_json_type /data");
    BOOST_TEST(in_data(R"({"x":1})") == "unknown_field /data/x");
    BOOST_TEST(in_data(R"({"message":1})") == "wrong_json_type /data/message");
    BOOST_TEST(in_data(R"({"message":"","message":""})") == "duplicate_key /data/message");
    BOOST_TEST(in_data(R"({"metadata":[]})") == "wrong_json_type /data/metadata");
    BOOST_TEST(in_data(R"({"metadata":{"k":1}})") == "wrong_json_type /data/metadata/k");
    BOOST_TEST(in_data(R"({"metadata":{"":"v"}})") == "invalid_metadata /data/metadata");
    BOOST_TEST(in_data(R"({"metadata":{"ce-subject":"x"}})") ==
               "duplicate_key /data/metadata/ce-subject");
    BOOST_TEST(judged(with(R"(,"dataschema":"urn:thump:event")")) == "wrong_json_type /data");
}

BOOST_AUTO_TEST_CASE(required_attributes_are_required)
{
    BOOST_TEST(judged("{}") == "missing_field /specversion");
    BOOST_TEST(judged(R"({"specversion":"1.0"})") == "missing_field /id");
    BOOST_TEST(judged(R"({"specversion":"1.0","id":"i"})") == "missing_field /source");
    BOOST_TEST(judged(R"({"specversion":"1.0","id":"i","source":"/s"})") == "missing_field /type");
    BOOST_TEST(judged(R"({"specversion":"1.0","id":null,"source":"/s","type":"a"})") ==
               "missing_field /id");
}

BOOST_AUTO_TEST_CASE(faults_of_attributes_have_a_pointer)
{
    BOOST_TEST(judged(R"({"specversion":"0.3"})") == "invalid_attribute /specversion");
    BOOST_TEST(judged(R"({"specversion":1.0})") == "invalid_attribute /specversion");
    BOOST_TEST(judged(R"({"specversion":1})") == "wrong_json_type /specversion");
    BOOST_TEST(judged(R"({"id":""})") == "invalid_id /id");
    BOOST_TEST(judged(R"({"id":"\n"})") == "invalid_id /id");
    BOOST_TEST(judged(R"({"source":""})") == "invalid_source /source");
    BOOST_TEST(judged(R"({"source":"no uri"})") == "invalid_source /source");
    BOOST_TEST(judged(R"({"type":"a b"})") == "invalid_type /type");
    BOOST_TEST(judged(R"({"time":"yesterday"})") == "invalid_timestamp /time");
    BOOST_TEST(judged(R"({"time":"2018-04-05T03:56:24"})") == "invalid_timestamp /time");
    BOOST_TEST(judged(with(R"(,"type":"b")")) == "duplicate_key /type");
    BOOST_TEST(judged(with(R"(,"x":1,"x":"1")")) == "duplicate_key /x");
    BOOST_TEST(judged(with(R"(,"x":{})")) == "wrong_json_type /x");
    BOOST_TEST(judged(with(R"(,"x":2147483648)")) == "invalid_attribute /x");
    BOOST_TEST(judged(with(R"(,"x":1.5)")) == "invalid_attribute /x");
    BOOST_TEST(entries(read(R"(,"x":-0)").metadata) == "ce-x:integer=0;");
    BOOST_TEST(judged(with(R"(,"X":"1")")) == "invalid_attribute /X");
    BOOST_TEST(judged(with(R"(,"x":"\u0000")")) == "invalid_attribute /x");
}

BOOST_AUTO_TEST_CASE(data_is_there_once_at_most)
{
    BOOST_TEST(judged(with(R"(,"data":1,"data":1)")) == "invalid_data /data");
    BOOST_TEST(judged(with(R"(,"data":1,"data_base64":"AAEC")")) == "invalid_data /data_base64");
    BOOST_TEST(judged(with(R"(,"data_base64":"***")")) == "invalid_data /data_base64");
    BOOST_TEST(judged(with(R"(,"data_base64":1)")) == "wrong_json_type /data_base64");
}

BOOST_AUTO_TEST_CASE(the_limits_of_events_hold)
{
    auto const nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    BOOST_TEST(judged(with(R"(,"data":)" + nested(32))) == "fine");
    BOOST_TEST(judged(with(R"(,"data":)" + nested(33))) == "json_too_deep /data");
    BOOST_TEST(judged(with(R"(,"data":)" + nested(34))).starts_with("json_too_deep @"));
    BOOST_TEST(judged(with(R"(,"dataschema":"urn:thump:event","data":{"data":)" + nested(32) +
                           "}")) == "fine");

    auto const large = [](std::size_t bytes) {
        auto text = with(R"(,"data":"")");
        text.insert(text.size() - 2, bytes - text.size(), 'x');
        return text;
    };
    BOOST_TEST(judged(large(limits.max_event_bytes)) == "fine");
    BOOST_TEST(judged(large(limits.max_event_bytes + 1)) == "event_too_large");
    BOOST_TEST(judged(with(R"(,"id":")" + std::string(65'536, 'x') + '"')) == "duplicate_key /id");

    std::string many;
    for (int i = 0; i != 64; ++i)
        many += ",\"x" + std::to_string(i) + "\":\"\"";
    BOOST_TEST(judged(with(many)) == "fine");
    // What is not kept takes no place.
    BOOST_TEST(judged(with(R"(,"datacontenttype":"application/json","data":1)" + many)) == "fine");
    BOOST_TEST(judged(with(many + R"(,"datacontenttype":"application/json")")) ==
               "invalid_metadata /datacontenttype");
    BOOST_TEST(judged(with(R"(,"dataschema":"urn:thump:event","data":{"message":"m"})" + many)) ==
               "fine");
    BOOST_TEST(judged(with(many + R"(,"y":1)")) == "invalid_metadata /y");
    BOOST_TEST(judged(with(many + R"(,"data_base64":"AAEC")")) == "invalid_metadata");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_no_cloud_event)
{
    BOOST_TEST(judged("") == "empty_body");
    BOOST_TEST(judged("[]") == "wrong_json_type");
    BOOST_TEST(judged("[" + with("") + "]") == "wrong_json_type");
    BOOST_TEST(judged(with("") + "x") == "invalid_json @" + std::to_string(with("").size()));
    BOOST_TEST(judged(R"({"id":)").starts_with("invalid_json @"));
    BOOST_TEST(judged("{\"id\":\"\xff\"}").starts_with("invalid_utf8 @"));
}

BOOST_AUTO_TEST_CASE(a_batch_tells_the_element_at_fault)
{
    auto const batch = [](std::string_view text) {
        return fault_of(parse_cloud_batch(text, limits));
    };
    auto const good = with("");
    auto const two = parse_cloud_batch("[" + good + ", " + with(R"(,"data":2)") + "]", limits);
    BOOST_TEST_REQUIRE(two.has_value());
    BOOST_TEST(two->size() == 2u);
    BOOST_TEST(two->at(1).data == "2");
    BOOST_TEST(parse_cloud_batch(" [ ] ", limits).value().empty());
    BOOST_TEST(batch("[" + good + R"(,{"id":5}])") == "wrong_json_type /1/id #1");
    BOOST_TEST(batch("[" + good + ",1]") == "wrong_json_type /1 #1");
    BOOST_TEST(batch(good) == "wrong_json_type");
    BOOST_TEST(batch("") == "empty_body");
    BOOST_TEST(batch("[" + good).starts_with("invalid_json @"));
    BOOST_TEST(batch("[]]").starts_with("invalid_json @"));
}

BOOST_AUTO_TEST_SUITE_END()
