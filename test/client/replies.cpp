#include <client/replies.hpp>

#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;
using namespace thump::client_side;

}   // namespace

BOOST_AUTO_TEST_SUITE(replies)

BOOST_AUTO_TEST_CASE(a_receipt_is_read)
{
    auto const got = read_receipt(
        {202, R"({"epoch":"e","accepted":1,"refused":0,"events":[{"id":"i","seq":7,"new":1}]})"});
    BOOST_TEST(got.value().id == "i");
    BOOST_TEST(got.value().seq == 7u);
    BOOST_TEST(!got.value().duplicate);
    BOOST_TEST(read_receipt({202, R"({"epoch":"e","accepted":1,"refused":0,)"
                                  R"("events":[{"id":"i","seq":7,"duplicate":true}]})"})
                   .value()
                   .duplicate);
}

BOOST_AUTO_TEST_CASE(a_batch_tells_what_became_of_each_event)
{
    auto const got =
        read_batch_receipt({202, R"({"epoch":"e","accepted":1,"refused":1,)"
                                 R"("events":[{"id":"i","seq":7},{"error":"intake_full"}]})"});
    BOOST_TEST(got.value().epoch == "e");
    BOOST_TEST(got.value().accepted == 1u);
    BOOST_TEST(got.value().refused == 1u);
    BOOST_TEST(got.value().events.at(0).value().seq == 7u);
    BOOST_TEST(got.value().events.at(1).error().code == make_error_code(errc::intake_full));
}

BOOST_AUTO_TEST_CASE(a_page_of_history_keeps_the_servers_text)
{
    auto const got = read_history_page(
        {200, R"({"epoch":"e","events":[ {"seq":3,"type":"t","data":{"n":1.0}} , )"
              R"({"seq":4,"type":"u"}],"first_seq":3,"last_seq":4,"cursor":"e:9","more":true})"});
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(got->epoch == "e");
    BOOST_TEST(got->first_seq == 3u);
    BOOST_TEST(got->last_seq == 4u);
    BOOST_TEST((got->cursor == cursor{"e", 9}));
    BOOST_TEST(got->more);
    BOOST_TEST_REQUIRE(got->events.size() == 2u);
    BOOST_TEST(got->events[0].json == R"({"seq":3,"type":"t","data":{"n":1.0}})");
    BOOST_TEST(got->events[0].event.data == R"({"n":1.0})");
    BOOST_TEST(got->events[1].event.type == "u");
}

BOOST_AUTO_TEST_CASE(an_empty_page_is_a_page)
{
    auto const got = read_history_page(
        {200, R"({"epoch":"e","events":[],"first_seq":0,"last_seq":0,"more":false})"});
    BOOST_TEST(got.value().events.empty());
}

BOOST_AUTO_TEST_CASE(a_page_without_a_cursor_was_looked_through_to_its_last_event)
{
    auto const got = read_history_page(
        {200, R"({"epoch":"e","events":[],"first_seq":7,"last_seq":7,"more":false})"});
    BOOST_TEST((got.value().cursor == cursor{"e", 7}));
}

BOOST_AUTO_TEST_CASE(a_page_whose_cursor_is_none_is_not_understood)
{
    for (auto const* const wrong : {"9", "\"9\"", "\"e:\"", "null"}) {
        auto const got =
            read_history_page({200, R"({"epoch":"e","events":[],"first_seq":7,"last_seq":7,)"
                                    R"("more":false,"cursor":)" +
                                        std::string{wrong} + "}"});
        BOOST_TEST(got.error().code == make_error_code(errc::protocol_error), wrong);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_the_error_that_it_names)
{
    auto const got = read_receipt({400, R"({"type":"urn:thump:error:invalid_type","title":"t",)"
                                        R"("status":400,"detail":"no spaces","pointer":"/type"})"});
    BOOST_TEST(got.error().code == make_error_code(errc::invalid_type));
    BOOST_TEST(got.error().detail == "no spaces");
    BOOST_TEST(read_stats({503, ""}).error().code == make_error_code(errc::going_away));
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_shape_is_not_understood)
{
    for (auto const* const body :
         {"", "[]", "{}", "null", R"({"epoch":1,"accepted":"x"})", R"({"subscribers":[1]})",
          R"({"strict":0,"types":[]})", R"({"epoch":"e","events":[{}]})"}) {
        BOOST_TEST_CONTEXT(body)
        {
            auto const code = make_error_code(errc::protocol_error);
            BOOST_TEST(read_receipt({202, body}).error().code == code);
            BOOST_TEST(read_history_page({200, body}).error().code == code);
            BOOST_TEST(read_catalog({200, body}).error().code == code);
            BOOST_TEST(read_stats({200, body}).error().code == code);
            BOOST_TEST(read_subscribers({200, body}).error().code == code);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
