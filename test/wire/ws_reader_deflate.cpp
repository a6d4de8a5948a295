// What a reader makes of compressed messages (RFC 7692, section 6).
#include <wire/deflate.hpp>
#include <wire/ws_reader.hpp>

#include <support/ws_client_frames.hpp>
#include <wire/ws_split.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;
using test::client_frame;
using wire::ws_reader;

constexpr std::uint8_t rsv1 = 4;
constexpr ws_reader::options agreed{.max_message_bytes = 1000, .deflate = true};

std::string deflate(std::string_view message)
{
    std::string out;
    wire::deflater{}.append(out, message);
    return out;
}

// What a stream means, which is the same however it is cut.
std::string read(std::string_view stream, ws_reader::options const& o = agreed)
{
    auto const whole = test::read_whole(stream, o);
    BOOST_TEST(test::read_bytewise(stream, o) == whole);
    for (std::uint32_t seed = 1; seed != 9; ++seed)
        BOOST_TEST(test::read_in_random_pieces(stream, seed, o) == whole);
    return whole;
}

std::string compressed(std::string_view message, std::uint8_t opcode = 0x1)
{
    return client_frame(deflate(message), {.opcode = opcode, .reserved = rsv1});
}

}   // namespace

BOOST_AUTO_TEST_SUITE(ws_reader_deflate)

BOOST_AUTO_TEST_CASE(compressed_message_arrives_expanded)
{
    BOOST_TEST(read(compressed("Hello") + client_frame("plain") + compressed("") +
                    compressed("again")) == "text Hello\ntext plain\ntext\ntext again\n");
    auto binary = agreed;
    binary.allow_binary = true;
    BOOST_TEST(read(compressed("\xff\xfe", 0x2), binary) == "binary \xff\xfe\n");
}

BOOST_AUTO_TEST_CASE(compressed_message_may_come_in_fragments)   // 7.2.3.1
{
    BOOST_TEST(read(client_frame("\xf2\x48\xcd"sv, {.fin = false, .reserved = rsv1}) +
                    client_frame("between", {.opcode = 0x9}) +
                    client_frame("\xc9\xc9\x07\x00"sv, {.opcode = 0x0})) ==
               "ping between\ntext Hello\n");
}

BOOST_AUTO_TEST_CASE(bit_is_refused_where_nothing_was_agreed)
{
    BOOST_TEST(read(compressed("Hello"), {}) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(bit_has_its_place_on_the_first_frame_of_a_message_only)   // 6.1
{
    auto const begin = client_frame("\xf2\x48\xcd"sv, {.fin = false, .reserved = rsv1});
    BOOST_TEST(read(begin + client_frame("\xc9", {.opcode = 0x0, .reserved = rsv1})) ==
               "failure 1002\n");
    for (std::uint8_t control = 0x8; control <= 0xa; ++control)
        BOOST_TEST(read(client_frame("", {.opcode = control, .reserved = rsv1})) ==
                   "failure 1002\n");
    for (std::uint8_t bits = 1; bits <= 7; ++bits)
        if (bits != rsv1)
            BOOST_TEST(read(client_frame("", {.reserved = bits})) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(limit_holds_for_what_a_message_expands_to)
{
    BOOST_TEST(read(compressed(std::string(1000, 'x'))) == "text " + std::string(1000, 'x') + "\n");
    BOOST_TEST(read(compressed(std::string(1001, 'x'))) == "failure 1009\n");
    BOOST_TEST(read(compressed(std::string(1'000'000, 'x'))) == "failure 1009\n");
}

BOOST_AUTO_TEST_CASE(limit_holds_for_what_a_message_is_compressed_to)
{
    // Empty stored blocks: any number of bytes that expand to nothing.
    std::string blocks;
    for (int i = 0; i != 300; ++i)
        blocks.append("\0\0\0\xff\xff", 5);
    BOOST_TEST(read(client_frame(blocks, {.reserved = rsv1})) == "failure 1009\n");
}

BOOST_AUTO_TEST_CASE(text_is_checked_when_it_was_expanded)
{
    BOOST_TEST(read(compressed("gr\xc3\xbcn")) == "text gr\xc3\xbcn\n");
    BOOST_TEST(read(compressed("gr\xc3")) == "failure 1007\n");
    // After it, text that comes in fragments is still checked as it comes.
    BOOST_TEST(read(compressed("a") + client_frame("\xc3", {.fin = false}) +
                    client_frame("\xbc", {.opcode = 0x0})) == "text a\ntext \xc3\xbc\n");
}

BOOST_AUTO_TEST_CASE(payload_that_cannot_be_expanded_is_a_failure)
{
    BOOST_TEST(read(client_frame("Hello", {.reserved = rsv1})) == "failure 1007\n");
    BOOST_TEST(read(client_frame("", {.reserved = rsv1})) == "failure 1007\n");
}

BOOST_AUTO_TEST_SUITE_END()
