#include <wire/ws_deflate.hpp>

#include <wire/deflate.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump::wire;

constexpr auto granted =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover"sv;

std::string answer_to(std::string_view offers)
{
    return accept_deflate(offers).value_or("declined");
}

std::string written(std::string_view message)
{
    std::string out;
    append_ws_deflated(out, opcode::text, message);
    return out;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(ws_deflate)

BOOST_AUTO_TEST_CASE(offers_that_keep_the_rules_are_accepted)
{
    for (auto const offer : {
             "permessage-deflate"sv,
             "PerMessage-Deflate"sv,
             "permessage-deflate; client_max_window_bits"sv,   // what browsers offer
             "permessage-deflate;client_max_window_bits=8"sv,
             "permessage-deflate; client_max_window_bits=\"15\""sv,
             "permessage-deflate; server_no_context_takeover"sv,
             "permessage-deflate ; CLIENT_no_context_takeover ;server_no_context_takeover"sv,
             ", ,permessage-deflate,"sv,
             "x-webkit-deflate-frame, permessage-deflate"sv,
             "a; b=\"c\"; d , permessage-deflate; client_max_window_bits = 10"sv,
         })
        BOOST_TEST(answer_to(offer) == granted);
}

BOOST_AUTO_TEST_CASE(full_window_is_granted_to_those_who_ask_for_it)   // 7.1.2.1
{
    auto const with_window = std::string{granted} + "; server_max_window_bits=15";
    BOOST_TEST(answer_to("permessage-deflate; server_max_window_bits=15") == with_window);
    BOOST_TEST(answer_to("permessage-deflate; server_max_window_bits=\"15\"") == with_window);
}

BOOST_AUTO_TEST_CASE(offers_that_break_a_rule_are_declined)
{
    for (auto const offer : {
             ""sv,
             "permessage-bzip2"sv,
             "permessage-deflate; unknown"sv,
             "permessage-deflate; server_no_context_takeover=1"sv,
             "permessage-deflate; client_no_context_takeover=\"x\""sv,
             "permessage-deflate; server_max_window_bits"sv,
             "permessage-deflate; server_max_window_bits=7"sv,
             "permessage-deflate; server_max_window_bits=16"sv,
             "permessage-deflate; server_max_window_bits=015"sv,
             "permessage-deflate; server_max_window_bits=1"sv,
             "permessage-deflate; client_max_window_bits=08"sv,
             "permessage-deflate; client_max_window_bits=-8"sv,
             "permessage-deflate; client_max_window_bits=100"sv,
             "permessage-deflate; server_no_context_takeover; server_no_context_takeover"sv,
             "permessage-deflate; client_max_window_bits=9; client_max_window_bits=9"sv,
         })
        BOOST_TEST(answer_to(offer) == "declined");
}

BOOST_AUTO_TEST_CASE(smaller_window_of_ours_is_declined)
{
    BOOST_TEST(answer_to("permessage-deflate; server_max_window_bits=10") == "declined");
}

BOOST_AUTO_TEST_CASE(value_that_breaks_the_grammar_offers_nothing)
{
    for (auto const offers : {
             "permessage-deflate;"sv,
             "permessage-deflate; ="sv,
             "permessage-deflate; client_max_window_bits="sv,
             "permessage-deflate; client_max_window_bits=\"15"sv,
             "permessage-deflate; client_max_window_bits=\"\""sv,
             "permessage-deflate; client_max_window_bits=\"1 5\""sv,
             "permessage-deflate permessage-deflate"sv,
             "permessage-deflate, \"x\""sv,
             "permessage-deflate, x=y"sv,
             "permessage-deflate\x01"sv,
         })
        BOOST_TEST(answer_to(offers) == "declined");
}

BOOST_AUTO_TEST_CASE(first_acceptable_offer_is_taken)   // 5.1: offers are in order of preference
{
    BOOST_TEST(answer_to("permessage-deflate; server_max_window_bits=10, permessage-deflate") ==
               granted);
    BOOST_TEST(answer_to("permessage-deflate; nonsense=1, permessage-deflate; "
                         "server_max_window_bits=15, permessage-deflate") ==
               std::string{granted} + "; server_max_window_bits=15");
}

BOOST_AUTO_TEST_CASE(message_is_compressed_where_that_makes_it_smaller)
{
    std::string const message(1000, 'x');
    std::string payload;
    deflater{}.append(payload, message);
    BOOST_TEST_REQUIRE(payload.size() < 126u);
    BOOST_TEST(written(message) == "\xc1" + std::string(1, static_cast<char>(payload.size())) +
                                       payload);   // FIN, RSV1, text
}

BOOST_AUTO_TEST_CASE(message_that_gains_nothing_goes_as_it_is)
{
    std::string const small(min_deflate_bytes - 1, 'x');
    BOOST_TEST(written(small) == "\x81" + std::string(1, static_cast<char>(small.size())) + small);

    std::string every_byte;
    for (int i = 0; i != 125; ++i)
        every_byte += static_cast<char>(i * 2 + 1);
    BOOST_TEST(written(every_byte) == "\x81\x7d" + every_byte);
}

BOOST_AUTO_TEST_SUITE_END()
