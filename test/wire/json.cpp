#include <thump/json.hpp>

#include <wire/same_event.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

namespace {

using namespace thump;

}   // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(event_is_written_in_one_line)
{
    event const e{.type = "task.failed",
                  .id = "evt-1",
                  .timestamp = time_point{1'000'000'000, 0},
                  .message = "a\n\"b\"",
                  .metadata = {{"task_id", "t1"}},
                  .data = "[1.0,\n2]",
                  .seq = 7};
    BOOST_TEST(to_json(e) ==
               R"({"seq":7,"id":"evt-1","type":"task.failed","timestamp":"2001-09-09T01:46:40Z",)"
               R"("message":"a\n\"b\"","metadata":{"task_id":"t1"},"data":[1.0, 2]})");
}

BOOST_AUTO_TEST_CASE(gap_is_written_in_one_line)
{
    BOOST_TEST(to_json(gap{.from = 3, .to = 9, .dropped = 4, .bytes = 120}) ==
               R"({"op":"gap","from":3,"to":9,"dropped":4,"bytes":120,"reason":"queue_full",)"
               R"("recoverable":false})");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again)
{
    event const e{.type = "task.failed",
                  .id = "evt-1",
                  .timestamp = time_point{1'000'000'000, 25},
                  .message = "a\n\"b\"",
                  .metadata = {{"task_id", "t1"}},
                  .source = "/a",
                  .data = "[1.0, 2]",
                  .seq = 7};
    auto const read = parse_record_json(to_json(e));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(test::same_event(std::get<event>(*read), e));
    BOOST_TEST(std::get<event>(*read).seq == 7u);

    gap const g{.from = 3, .to = 9, .dropped = 4, .bytes = 120, .recoverable = true};
    auto const lost = parse_record_json(to_json(g));
    BOOST_TEST_REQUIRE(lost.has_value());
    BOOST_TEST(to_json(std::get<gap>(*lost)) == to_json(g));
}

BOOST_AUTO_TEST_CASE(other_records_are_refused)
{
    for (auto const* const text : {R"({"op":"welcome","epoch":"e","seq":1,"oldest":1})",
                                   R"({"op":"pong"})", "[]", "{", R"({"type":"t"} {})"})
        BOOST_TEST(parse_record_json(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(event_to_publish_is_read)
{
    auto const e = parse_event_json(R"({"type":"task.failed","metadata":{"task_id":"t1"}})");
    BOOST_TEST_REQUIRE(e.has_value());
    BOOST_TEST(e->type == "task.failed");
    BOOST_TEST(e->metadata.at("task_id") == "t1");
}

BOOST_AUTO_TEST_CASE(fault_has_its_place)
{
    auto const wrong = parse_event_json(R"({"type":"task.failed","seq":7})");
    BOOST_TEST_REQUIRE(wrong.has_error());
    BOOST_TEST((wrong.error().code == errc::unknown_field));
    BOOST_TEST(wrong.error().pointer == "/seq");
    auto const large =
        parse_event_json(R"({"type":"t","message":"0123456789"})", {.max_event_bytes = 20});
    BOOST_TEST((large.error().code == errc::event_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
