#include <wire/server_record.hpp>

#include <wire/control_json.hpp>
#include <wire/event_json.hpp>
#include <wire/json_reader.hpp>

#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace thump;
using namespace thump::wire;

template <class Record>
Record read(std::string_view text)
{
    auto record = parse_server_record(text);
    BOOST_TEST_REQUIRE(record.has_value(), text);
    BOOST_TEST_REQUIRE(std::holds_alternative<Record>(*record), text);
    return std::get<Record>(*std::move(record));
}

void check_fault(std::string_view text, errc code, std::string_view pointer = {})
{
    BOOST_TEST_CONTEXT(text)
    {
        auto const record = parse_server_record(text);
        BOOST_TEST_REQUIRE(record.has_error());
        BOOST_TEST(record.error().code == make_error_code(code), record.error().detail);
        BOOST_TEST(record.error().pointer == pointer);
    }
}

}   // namespace

BOOST_AUTO_TEST_SUITE(server_record)

BOOST_AUTO_TEST_CASE(an_event_is_read_as_it_was_written)
{
    event e{.type = "task.failed",
            .id = "i\"1",
            .timestamp = time_point{5, 250'000'000},
            .message = "a\nb",
            .source = "/n1",
            .data = R"({"n":1.0})",
            .seq = 42};
    e.metadata.emplace("task_id", "t1");
    std::string text;
    append_event(text, e);

    auto const got = read<event>(text);
    BOOST_TEST(got.seq == 42u);
    BOOST_TEST(got.type == e.type);
    BOOST_TEST(got.id == e.id);
    BOOST_TEST((got.timestamp == e.timestamp));
    BOOST_TEST(got.message == e.message);
    BOOST_TEST((got.metadata == e.metadata));
    BOOST_TEST(got.source == e.source);
    BOOST_TEST(got.data == e.data);
}

BOOST_AUTO_TEST_CASE(control_records_are_read_as_they_were_written)
{
    std::string text;
    append_welcome(text, {"e1", 12, 3, 12, 42, stream_request{}});
    auto const hello = read<welcome_record>(text);
    BOOST_TEST(hello.epoch == "e1");
    BOOST_TEST(hello.seq == 12u);
    BOOST_TEST(hello.oldest == 3u);
    BOOST_TEST(hello.subscriber == 42u);

    text.clear();
    append_published(text, "[1]", "id", 7);
    auto const published = read<published_record>(text);
    BOOST_TEST(published.ref.value() == "[1]");
    BOOST_TEST(published.id == "id");
    BOOST_TEST(published.seq == 7u);

    text.clear();
    append_pong(text, {});
    BOOST_TEST(!read<pong_record>(text).ref.has_value());
}

BOOST_AUTO_TEST_CASE(a_gap_of_every_reason_is_read_as_it_was_written)
{
    for (auto const reason :
         {gap_reason::conflated, gap_reason::subscription_ended, gap_reason::expired,
          gap_reason::queue_full, gap_reason::history_overrun, gap_reason::cursor_expired}) {
        gap g{
            .from = 3, .to = 9, .dropped = 5, .bytes = 700, .reason = reason, .recoverable = true};
        if (reason == gap_reason::cursor_expired) g.oldest = 4;
        std::string text;
        append_gap(text, g);
        BOOST_TEST(read<gap>(text) == g);
    }
}

BOOST_AUTO_TEST_CASE(an_error_is_read_with_its_code_and_place)
{
    std::string text;
    append_error(text, "1", {make_error_code(errc::invalid_json), "expected ':'", "/event", 9, 2});
    auto const got = read<error_record>(text);
    BOOST_TEST(got.what.code == make_error_code(errc::invalid_json));
    BOOST_TEST(got.what.detail == "expected ':'");
    BOOST_TEST(got.what.pointer == "/event");
    BOOST_TEST(got.what.offset.value() == 9u);
    BOOST_TEST(got.what.index.value() == 2u);
    BOOST_TEST(!read<error_record>(R"({"op":"error","error":"of_tomorrow"})").what.code);
}

BOOST_AUTO_TEST_CASE(what_a_newer_server_may_add_is_passed_over)
{
    auto const e = read<event>(R"({"new":{"a":[1]},"seq":1,"type":"t","x":null})");
    BOOST_TEST(e.type == "t");
    BOOST_TEST(read<other_record>(R"({"op":"news","of":[]})").op == "news");
    BOOST_TEST(
        read<gap>(R"({"op":"gap","to":2,"from":1,"dropped":2,"reason":"expired","z":0})").to == 2u);
}

BOOST_AUTO_TEST_CASE(a_broken_record_is_refused_with_its_place)
{
    check_fault("", errc::invalid_json);
    check_fault("[]", errc::wrong_json_type);
    check_fault(R"({"type":"t","seq":1}x)", errc::invalid_json);
    check_fault(R"({"type":"t"})", errc::missing_field, "/seq");
    check_fault(R"({"seq":1})", errc::missing_field, "/type");
    check_fault(R"({"type":"t","seq":1.5})", errc::wrong_json_type, "/seq");
    check_fault(R"({"type":"t","seq":-1})", errc::wrong_json_type, "/seq");
    check_fault(R"({"type":"t","seq":99999999999999999999})", errc::wrong_json_type, "/seq");
    check_fault(R"({"type":"t","seq":1,"seq":2})", errc::duplicate_key, "/seq");
    check_fault(R"({"type":"t","seq":1,"metadata":{"a":1}})", errc::wrong_json_type, "/metadata");
    check_fault(R"({"type":"t","seq":1,"timestamp":"noon"})", errc::invalid_timestamp,
                "/timestamp");
    check_fault(R"({"op":"welcome","seq":1})", errc::missing_field, "/epoch");
    check_fault(R"({"op":"gap","from":1,"to":1,"dropped":1,"reason":"magic"})",
                errc::invalid_parameter, "/reason");
    check_fault(R"({"op":1})", errc::wrong_json_type, "/op");
    check_fault("{\"type\":\"\xff\",\"seq\":1}", errc::invalid_utf8, "/type");
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_record_is_refused)
{
    std::string_view const whole =
        R"({"seq":1,"id":"i","type":"t","message":"\u00e9","metadata":{"k":"v"},"data":[1,{}]})";
    BOOST_TEST(read<event>(whole).data == "[1,{}]");
    for (std::size_t size = 0; size != whole.size(); ++size)
        BOOST_TEST(parse_server_record(whole.substr(0, size)).has_error(), size);
}

BOOST_AUTO_TEST_CASE(names_of_errors_are_found)
{
    for (auto const& row : error_table())
        BOOST_TEST(parse_errc(row.name).value() == row.code);
    BOOST_TEST(!parse_errc("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
