#include <wire/event_rules.hpp>

#include <wire/event_json.hpp>
#include <wire/faults.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;

std::string judged(event const& e, event_limits const& limits = {})
{
    return test::fault_of(wire::validate(e, limits));
}

}   // namespace

BOOST_AUTO_TEST_SUITE(event_rules)

BOOST_AUTO_TEST_CASE(a_good_event_passes)
{
    BOOST_TEST(judged({.type = "a"}) == "fine");
    BOOST_TEST(judged({.type = "task.failed",
                       .id = "1",
                       .timestamp = time_point{},
                       .message = "\0\n"s,
                       .metadata = {{"k", "v"}},
                       .source = "urn:x",
                       .data = "[1,\n{}]"}) == "fine");
}

BOOST_AUTO_TEST_CASE(each_field_has_its_rule)
{
    BOOST_TEST(judged({}) == "invalid_type /type");
    BOOST_TEST(judged({.type = "a b"}) == "invalid_type /type");
    BOOST_TEST(judged({.type = "a", .id = "\x01"}) == "invalid_id /id");
    BOOST_TEST(judged({.type = "a", .id = "\xff"}) == "invalid_utf8 /id");
    BOOST_TEST(judged({.type = "a", .timestamp = time_point{1LL << 60, 0}}) ==
               "invalid_timestamp /timestamp");
    BOOST_TEST(judged({.type = "a", .timestamp = time_point{0, 1'000'000'000}}) ==
               "invalid_timestamp /timestamp");
    BOOST_TEST(judged({.type = "a", .message = "\xc3"}) == "invalid_utf8 /message");
    BOOST_TEST(judged({.type = "a", .metadata = {{"", "v"}}}) == "invalid_metadata /metadata");
    BOOST_TEST(judged({.type = "a", .metadata = {{"k", "\x80"}}}) == "invalid_utf8 /metadata");
    BOOST_TEST(judged({.type = "a", .source = "a b"}) == "invalid_source /source");
    BOOST_TEST(judged({.type = "a", .source = "\xc3\xa9"}) == "invalid_source /source");
}

BOOST_AUTO_TEST_CASE(data_must_be_one_json_value)
{
    BOOST_TEST(judged({.type = "a", .data = "{"}) == "invalid_data /data @1");
    BOOST_TEST(judged({.type = "a", .data = "1 2"}) == "invalid_data /data @2");
    BOOST_TEST(judged({.type = "a", .data = " "}) == "invalid_data /data @1");
    BOOST_TEST(judged({.type = "a", .data = "\"\xff\""}) == "invalid_utf8 /data @1");
    BOOST_TEST(judged({.type = "a", .data = std::string(50, '[')}) == "json_too_deep /data @32");
}

BOOST_AUTO_TEST_CASE(a_strict_catalog_must_know_the_type)
{
    wire::event_rules const strict{{}, true};
    auto const strictly = [&](event const& e) { return test::fault_of(wire::validate(e, strict)); };
    BOOST_TEST(strictly({.type = "task.failed"}) == "fine");
    BOOST_TEST(strictly({.type = "task.faild"}) == "unknown_type /type");
    BOOST_TEST(strictly({.type = "a b"}) == "invalid_type /type");
}

BOOST_AUTO_TEST_CASE(size_is_that_of_the_shortest_json_text)
{
    event_limits const limits{.max_event_bytes = 256};
    event e{.type = "a",
            .message = std::string(256 - R"({"type":"a","message":""})"sv.size(), 'x')};
    BOOST_TEST(judged(e, limits) == "fine");
    e.message += 'x';
    BOOST_TEST(judged(e, limits) == "event_too_large");
    e.message = std::string(60, '\x01');
    BOOST_TEST(judged(e, limits) == "event_too_large");
}

BOOST_AUTO_TEST_CASE(an_event_that_was_read_is_never_found_too_large)
{
    auto const text =
        R"({"type":"a.b","id":"x","timestamp":"2024-01-01T00:00:00Z","message":"\n\\",)"
        R"("metadata":{"k":"v","l":"\"\u0001"},"source":"/s","data":[1]})"sv;
    auto const e = wire::parse_event(text, {}).value();
    BOOST_TEST(judged(e, {.max_event_bytes = text.size()}) == "fine");
    BOOST_TEST(judged(e, {.max_event_bytes = text.size() - 1}) == "event_too_large");
}

BOOST_AUTO_TEST_SUITE_END()
