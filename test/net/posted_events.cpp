#include <net/posted_events.hpp>

#include <wire/faults.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace thump::test {
namespace {

constexpr event_limits limits{};
constexpr std::string_view cloud_event =
    R"({"specversion":"1.0","id":"i","source":"/s","type":"a"})";

net::http_request posted(std::string_view type, std::string_view body,
                         std::vector<net::http_field> fields = {})
{
    net::http_request request{.fields = std::move(fields), .body = body};
    if (!type.empty()) request.fields.push_back({"Content-Type", type});
    return request;
}

// How many events there are, or what is wrong.
std::string read(net::http_request const& request)
{
    auto const events = net::read_posted_events(request, limits);
    if (events) return std::to_string(events->size());
    return std::string{describe(static_cast<errc>(events.error().code.value())).name};
}

std::string read(std::string_view type, std::string_view body)
{
    return read(posted(type, body));
}

// The same with the header fields of a binary CloudEvent.
result<std::vector<event>> read_binary(std::string_view type, std::string_view body)
{
    return net::read_posted_events(
        posted(type, body,
               {{"CE-SpecVersion", "1.0"}, {"ce-id", "i"}, {"ce-source", "/s"}, {"ce-type", "a"}}),
        limits);
}

std::string data_of_binary(std::string_view type, std::string_view body)
{
    auto const events = read_binary(type, body);
    if (events) return events->front().data;
    return std::string{describe(static_cast<errc>(events.error().code.value())).name};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(posted_events)

BOOST_AUTO_TEST_CASE(the_content_type_tells_the_form)
{
    BOOST_TEST(read("", R"({"type":"a"})") == "1");
    BOOST_TEST(read("application/json", R"([{"type":"a"},{"type":"b"}])") == "2");
    BOOST_TEST(read("application/x-ndjson", "{\"type\":\"a\"}\n{\"type\":\"b\"}") == "2");
    BOOST_TEST(read("application/cloudevents+json", cloud_event) == "1");
    auto const batch = '[' + std::string{cloud_event} + ',' + std::string{cloud_event} + ']';
    BOOST_TEST(read("application/cloudevents-batch+json", batch) == "2");
    BOOST_TEST(read("application/cloudevents-batch+json", "[]") == "0");
    BOOST_TEST(read("text/plain", "hello") == "unsupported_media_type");
    BOOST_TEST(read("no type", "{}") == "unsupported_media_type");
}

BOOST_AUTO_TEST_CASE(forms_are_not_taken_for_one_another)
{
    BOOST_TEST(read("application/json", cloud_event) == "unknown_field");
    BOOST_TEST(read("application/cloudevents+json", R"({"type":"a"})") == "missing_field");
    BOOST_TEST(read("application/cloudevents+json", "[]") == "wrong_json_type");
    BOOST_TEST(read("application/cloudevents-batch+json", cloud_event) == "wrong_json_type");
}

BOOST_AUTO_TEST_CASE(media_types_of_cloud_events_match_in_any_case)
{
    BOOST_TEST(read("Application/CloudEvents+JSON", cloud_event) == "1");
    BOOST_TEST(read("APPLICATION/CLOUDEVENTS-BATCH+JSON; Charset=UTF-8", "[]") == "0");
    for (auto const* other : {"application/cloudevents", "application/cloudevents+avro",
                              "application/cloudevents-batch", "application/cloudevents-batch+avro",
                              "application/cloudevents+json; charset=latin1"})
        BOOST_TEST(read(other, cloud_event) == "unsupported_media_type", other);
}

BOOST_AUTO_TEST_CASE(a_structured_cloud_event_is_none_of_the_binary_mode)
{
    auto const request = posted("application/cloudevents+json", cloud_event,
                                {{"ce-specversion", "1.0"}, {"ce-id", "other"}});
    BOOST_TEST(net::read_posted_events(request, limits).value().front().id == "i");
}

BOOST_AUTO_TEST_CASE(lines_of_events_are_no_data_of_the_binary_mode)
{
    auto const lines = read_binary("application/x-ndjson", "{\"type\":\"x\"}\n{\"type\":\"y\"}");
    BOOST_TEST_REQUIRE(lines.has_value());
    BOOST_TEST(lines->size() == 2u);
    BOOST_TEST(lines->front().type == "x");
}

BOOST_AUTO_TEST_CASE(data_of_the_binary_mode_is_json_or_text)
{
    BOOST_TEST(data_of_binary("application/json", "[1]") == "[1]");
    BOOST_TEST(data_of_binary("application/json; charset=utf-8", "[1]") == "[1]");
    BOOST_TEST(data_of_binary("application/vnd.x+json", "[1]") == "[1]");
    BOOST_TEST(data_of_binary("", "[1]") == "[1]");
    for (auto const* text : {"text/plain", "Text/HTML", "application/xml", "image/svg+xml",
                             "application/yaml", "application/x+yaml"})
        BOOST_TEST(data_of_binary(text, "[1]") == R"("[1]")", text);
    for (auto const* other : {"application/octet-stream", "image/png", "application/xmlx", "+json"})
        BOOST_TEST(data_of_binary(other, "[1]") == "unsupported_media_type", other);
    BOOST_TEST(data_of_binary("text/plain; charset=latin1", "x") == "unsupported_media_type");
    BOOST_TEST(data_of_binary("application/json", "hello") == "invalid_data");
}

BOOST_AUTO_TEST_CASE(the_content_type_is_kept_as_it_was_sent)
{
    auto const type_kept = [](std::string_view type) {
        auto const e = read_binary(type, "1").value().front();
        auto const found = e.metadata.find("ce-datacontenttype");
        return found == e.metadata.end() ? std::string{"none"} : found->second;
    };
    BOOST_TEST(type_kept("application/json; charset=utf-8") == "application/json; charset=utf-8");
    BOOST_TEST(type_kept("Text/Plain") == "Text/Plain");
    BOOST_TEST(type_kept("application/json") == "none");   // implied
    BOOST_TEST(type_kept("") == "none");
}

BOOST_AUTO_TEST_CASE(a_type_that_a_strict_catalog_does_not_know_is_told_with_its_place)
{
    wire::event_rules const strict{limits, true};
    auto const judged = [&](std::string_view type, std::string_view body) {
        return fault_of(net::read_posted_events(posted(type, body), strict));
    };
    constexpr std::string_view ndjson = "application/x-ndjson";
    constexpr std::string_view structured = "application/cloudevents+json";
    constexpr std::string_view batched = "application/cloudevents-batch+json";
    BOOST_TEST(judged("", R"({"type":"task.failed"})") == "fine");
    BOOST_TEST(judged("", R"({"type":"task.faild"})") == "unknown_type /type");
    BOOST_TEST(judged("", R"([{"type":"task.failed"},{"type":"z"}])") == "unknown_type /1/type #1");
    BOOST_TEST(judged(ndjson, R"({"type":"task.failed"})"
                              "\n"
                              R"({"type":"z"})") == "unknown_type /type #1");
    BOOST_TEST(judged(structured, cloud_event) == "unknown_type /type");
    BOOST_TEST(judged(batched, '[' + std::string{cloud_event} + ']') == "unknown_type /0/type #0");
    auto const binary = posted(
        "", "", {{"ce-specversion", "1.0"}, {"ce-id", "i"}, {"ce-source", "/s"}, {"ce-type", "z"}});
    BOOST_TEST(fault_of(net::read_posted_events(binary, strict)) == "unknown_type");
    BOOST_TEST(judged("", R"({"type":"z",})") == "invalid_json @12");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_json_is_told_so)
{
    for (auto const* type : {"application/json", "application/cloudevents+json"})
        BOOST_TEST(read(type, R"({"x":1,})") == "invalid_json", type);
    BOOST_TEST(read("application/cloudevents-batch+json", "[1,]") == "invalid_json");
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
