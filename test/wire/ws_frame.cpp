#include <wire/ws_frame.hpp>

#include <wire/utf8.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump::wire;

std::string header_of(std::size_t payload)
{
    std::string out;
    auto const size = append_ws_header(out, opcode::text, payload);
    BOOST_TEST(size == out.size());
    return out;
}

std::string close_of(std::uint16_t code, std::string_view reason)
{
    std::string out;
    append_ws_close(out, code, reason);
    return out;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(ws_frame)

BOOST_AUTO_TEST_CASE(lengths_take_the_shortest_form)
{
    BOOST_TEST(header_of(0) == "\x81\x00"sv);
    BOOST_TEST(header_of(125) == "\x81\x7d"sv);
    BOOST_TEST(header_of(126) == "\x81\x7e\x00\x7e"sv);
    BOOST_TEST(header_of(65'535) == "\x81\x7e\xff\xff"sv);
    BOOST_TEST(header_of(65'536) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
}

BOOST_AUTO_TEST_CASE(control_frames_carry_their_payload)
{
    std::string out;
    append_ws_control(out, opcode::pong, "hi");
    append_ws_control(out, opcode::ping, "");
    BOOST_TEST(out == "\x8a\x02hi\x89\x00"sv);
}

BOOST_AUTO_TEST_CASE(a_close_carries_code_and_reason)
{
    BOOST_TEST(close_of(1000, "bye") == "\x88\x05\x03\xe8"
                                        "bye"sv);
    BOOST_TEST(close_of(close_code::none, "not sent") == "\x88\x00"sv);
}

BOOST_AUTO_TEST_CASE(a_long_reason_is_cut_between_characters)
{
    auto const frame = close_of(1001, std::string(122, 'x') + "€");
    BOOST_TEST(frame.size() == 2u + 2u + 122u);
    BOOST_TEST(is_valid_utf8(std::string_view{frame}.substr(4)));
    BOOST_TEST(close_of(1001, std::string(500, 'x')).size() == 2u + 125u);
}

BOOST_AUTO_TEST_CASE(close_codes_are_those_that_may_stand_on_the_wire)
{
    for (int const code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                           3000, 3999, 4000, 4008, 4999})
        BOOST_TEST(is_valid_close_code(static_cast<std::uint16_t>(code)), code);
    for (int const code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535})
        BOOST_TEST(!is_valid_close_code(static_cast<std::uint16_t>(code)), code);
}

BOOST_AUTO_TEST_SUITE_END()
