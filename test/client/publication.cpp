#include <client/publication.hpp>

#include <wire/event_json.hpp>

#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace thump;
using client_side::to_publication;

}   // namespace

BOOST_AUTO_TEST_SUITE(publication)

BOOST_AUTO_TEST_CASE(only_what_is_there_is_written)
{
    BOOST_TEST(to_publication(event{.type = "t", .seq = 9}).value() == R"({"type":"t"})");
}

BOOST_AUTO_TEST_CASE(a_server_reads_the_same_event)
{
    event e{.type = "t.a",
            .id = "i",
            .timestamp = time_point{1, 5},
            .message = "\"\\\n\xf0\x9f\x98\x80",
            .source = "/s",
            .data = R"({"n":1.0})"};
    e.metadata = {{"a", "1"}, {"b", ""}};
    auto const got = wire::parse_event(to_publication(e).value(), {});
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(got->message == e.message);
    BOOST_TEST((got->metadata == e.metadata));
    BOOST_TEST((got->timestamp == e.timestamp));
    BOOST_TEST(got->source == e.source);
    BOOST_TEST(got->data == e.data);

    std::vector<event> const two{e, {.type = "u"}};
    BOOST_TEST(wire::parse_events(to_publication(two).value(), {}).value().size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_no_server_can_accept_is_not_sent)
{
    BOOST_TEST(to_publication(event{}).error().code == make_error_code(errc::invalid_type));
    BOOST_TEST(to_publication(event{.type = "t", .data = "}"}).error().code ==
               make_error_code(errc::invalid_data));
    std::vector<event> const batch{{.type = "t"}, {.type = "t", .message = "\xff"}};
    BOOST_TEST(to_publication(batch).error().code == make_error_code(errc::invalid_utf8));
    BOOST_TEST(to_publication(batch).error().index.value() == 1u);
    BOOST_TEST(to_publication(std::vector<event>{}).error().code ==
               make_error_code(errc::empty_body));
}

BOOST_AUTO_TEST_SUITE_END()
