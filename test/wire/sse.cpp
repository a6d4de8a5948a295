#include <wire/sse.hpp>

#include <wire/event_json.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace thump;

BOOST_AUTO_TEST_SUITE(sse)

BOOST_AUTO_TEST_CASE(an_event_has_its_cursor_its_type_and_one_line_of_data)
{
    std::string out;
    wire::append_sse_event(out, "e1", {.type = "task.failed", .seq = 7}, R"({"seq":7})");
    BOOST_TEST(out == "id: e1:7\nevent: task.failed\ndata: {\"seq\":7}\n\n");
}

BOOST_AUTO_TEST_CASE(a_control_record_has_no_cursor)
{
    std::string out;
    wire::append_sse_control(out, "thump.gap", R"({"op":"gap"})");
    BOOST_TEST(out == "event: thump.gap\ndata: {\"op\":\"gap\"}\n\n");
}

BOOST_AUTO_TEST_CASE(comments_and_retry_end_in_a_blank_line)
{
    std::string out;
    wire::append_sse_comment(out);
    wire::append_sse_retry(out, std::chrono::seconds{2});
    BOOST_TEST(out == ":\n\nretry: 2000\n\n");
}

BOOST_AUTO_TEST_CASE(a_comment_may_move_the_cursor)
{
    std::string out;
    wire::append_sse_comment(out, "e1", 7);
    BOOST_TEST(out == ":\nid: e1:7\n\n");
}

BOOST_AUTO_TEST_CASE(no_field_of_an_event_can_forge_a_line)
{
    std::string const forged = "x\n\nevent: forged\r\ndata: 1\r\rid: 9";
    event const e{.type = "a",
                  .id = forged,
                  .timestamp = time_point{},
                  .message = forged,
                  .metadata = {{forged, forged}},
                  .source = forged,
                  .data = "[\n\n\"data: x\"\r]",
                  .seq = 1};
    std::string json;
    wire::append_event(json, e);
    std::string out;
    wire::append_sse_event(out, "e1", e, json);
    BOOST_TEST(std::ranges::count(out, '\n') == 4);
    BOOST_TEST(out.find('\r') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
