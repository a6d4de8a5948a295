#include <wire/control_json.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;
using namespace thump::wire;

template <class Append>
std::string text_of(Append append)
{
    std::string out;
    append(out);
    return out;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(control_json)

BOOST_AUTO_TEST_CASE(a_welcome_tells_epoch_place_and_effective_options)
{
    stream_request const request;
    std::string options;
    append_subscription(options, request);
    BOOST_TEST(text_of([&](auto& out) {
                   append_welcome(out, {"e1", 12, 3, 9, 42, request});
               }) ==
               R"({"op":"welcome","epoch":"e1","seq":12,"oldest":3,"start":9,"subscriber":42,)"
               R"("subscription":)" +
                   options + "}");
    BOOST_TEST(text_of([&](auto& out) {
                   append_subscribed(out, R"("r")", {12, 9, 42, request});
               }) == R"({"op":"subscribed","ref":"r","seq":12,"start":9,"subscriber":42,)"
                     R"("subscription":)" +
                         options + "}");
}

BOOST_AUTO_TEST_CASE(a_gap_tells_what_was_lost)
{
    gap const g{.from = 3,
                .to = 9,
                .dropped = 5,
                .bytes = 700,
                .reason = gap_reason::queue_full,
                .recoverable = true};
    BOOST_TEST(text_of([&](auto& out) { append_gap(out, g); }) ==
               R"({"op":"gap","from":3,"to":9,"dropped":5,"bytes":700,"reason":"queue_full",)"
               R"("recoverable":true})");
}

BOOST_AUTO_TEST_CASE(a_gap_at_the_beginning_tells_what_is_the_oldest)
{
    gap g{.from = 1, .to = 4, .dropped = 4, .reason = gap_reason::cursor_expired};
    g.oldest = 5;
    BOOST_TEST(text_of([&](auto& out) { append_gap(out, g); }) ==
               R"({"op":"gap","from":1,"to":4,"dropped":4,"bytes":0,"reason":"cursor_expired",)"
               R"("recoverable":false,"oldest":5})");
}

BOOST_AUTO_TEST_CASE(answers_carry_the_ref_where_there_is_one)
{
    BOOST_TEST(text_of([](auto& out) { append_published(out, "[1]", "id\"", 5); }) ==
               R"({"op":"published","ref":[1],"id":"id\"","seq":5})");
    BOOST_TEST(text_of([](auto& out) { append_published(out, {}, "id", 5, true); }) ==
               R"({"op":"published","id":"id","seq":5,"duplicate":true})");
    BOOST_TEST(text_of([](auto& out) { append_pong(out, {}); }) == R"({"op":"pong"})");
    BOOST_TEST(text_of([](auto& out) { append_pong(out, "null"); }) ==
               R"({"op":"pong","ref":null})");
}

BOOST_AUTO_TEST_CASE(an_error_tells_status_name_and_place)
{
    error const e{make_error_code(errc::invalid_json), "expected ':'", "/event", 9, {}};
    BOOST_TEST(text_of([&](auto& out) { append_error(out, "1", e); }) ==
               R"({"op":"error","ref":1,"status":400,"error":"invalid_json",)"
               R"("detail":"expected ':'","pointer":"/event","offset":9})");
    error const closing{make_error_code(errc::slow_consumer)};
    BOOST_TEST(text_of([&](auto& out) {
                   append_error(out, {}, closing);
               }).starts_with(R"({"op":"error","error":"slow_consumer","detail":"The )"));
}

BOOST_AUTO_TEST_SUITE_END()
