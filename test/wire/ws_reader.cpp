// The numbers are those of the cases of the Autobahn test suite that a test stands for.
#include <wire/ws_reader.hpp>

#include <support/ws_client_frames.hpp>
#include <wire/ws_split.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump;
using test::client_close;
using test::client_frame;
using wire::ws_reader;
using wire::ws_received;

constexpr ws_reader::options with_binary{.allow_binary = true};

// What a stream means, which is the same however it is cut.
std::string read(std::string_view stream, ws_reader::options const& o = with_binary)
{
    auto const whole = test::read_whole(stream, o);
    if (stream.size() < 10'000) BOOST_TEST(test::read_bytewise(stream, o) == whole);
    for (std::uint32_t seed = 1; seed != 9; ++seed)
        BOOST_TEST(test::read_in_random_pieces(stream, seed, o) == whole);
    return whole;
}

std::string text_frame(std::string_view payload, bool fin = true)
{
    return client_frame(payload, {.opcode = 0x1, .fin = fin});
}
std::string more(std::string_view payload, bool fin = true)
{
    return client_frame(payload, {.opcode = 0x0, .fin = fin});
}
std::string ping(std::string_view payload)
{
    return client_frame(payload, {.opcode = 0x9});
}

// Bytes of the stream that are taken before the reader fails; the whole length if it never does.
std::size_t taken(std::string_view stream)
{
    ws_reader reader{with_binary};
    for (std::size_t i = 0; i != stream.size(); ++i) {
        char byte = stream[i];
        std::span<char> bytes{&byte, 1};
        if (reader.next(bytes).what == ws_received::kind::failure) return i;
    }
    return stream.size();
}

}   // namespace

BOOST_AUTO_TEST_SUITE(ws_reader_)

BOOST_AUTO_TEST_CASE(messages_of_every_form_of_length_arrive)   // 1.1, 1.2
{
    for (std::size_t const size : {0u, 1u, 125u, 126u, 127u, 128u, 65'535u, 65'536u}) {
        std::string const payload(size, '*');
        auto const tail = (size ? " " + payload : "") + "\n";
        BOOST_TEST(read(text_frame(payload)) == "text" + tail);
        BOOST_TEST(read(client_frame(payload, {.opcode = 0x2})) == "binary" + tail);
    }
}

BOOST_AUTO_TEST_CASE(messages_follow_one_another)
{
    BOOST_TEST(read(text_frame("a") + text_frame("") + text_frame("b")) ==
               "text a\ntext\ntext b\n");
}

BOOST_AUTO_TEST_CASE(every_byte_is_unmasked)
{
    std::string payload;
    for (int i = 0; i != 1000; ++i)
        payload += static_cast<char>(i % 251);
    BOOST_TEST(read(client_frame(payload, {.opcode = 0x2, .key = {1, 2, 3, 4}})) ==
               "binary " + payload + "\n");
    BOOST_TEST(read(client_frame("plain", {.key = {0, 0, 0, 0}})) == "text plain\n");
}

BOOST_AUTO_TEST_CASE(pings_and_pongs_carry_up_to_125_bytes)   // 2.1 to 2.4, 2.6 to 2.11
{
    BOOST_TEST(read(ping("")) == "ping\n");
    BOOST_TEST(read(ping("hello")) == "ping hello\n");
    BOOST_TEST(read(ping(std::string(125, '\xfe'))) == "ping " + std::string(125, '\xfe') + "\n");
    BOOST_TEST(read(client_frame("late", {.opcode = 0xa})) == "pong late\n");
    BOOST_TEST(read(ping("1") + ping("2") + ping("3")) == "ping 1\nping 2\nping 3\n");
}

BOOST_AUTO_TEST_CASE(a_control_frame_over_125_bytes_is_refused)   // 2.5, 7.3.6
{
    BOOST_TEST(read(ping(std::string(126, 'x'))) == "failure 1002\n");
    BOOST_TEST(read(client_frame(std::string(126, 'x'), {.opcode = 0x8})) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(reserved_bits_are_refused)   // 3.1 to 3.7
{
    for (std::uint8_t bits = 1; bits != 8; ++bits) {
        BOOST_TEST(read(client_frame("x", {.reserved = bits})) == "failure 1002\n");
        BOOST_TEST(read(text_frame("a") + client_frame("x", {.opcode = 0x9, .reserved = bits})) ==
                   "text a\nfailure 1002\n");
    }
}

BOOST_AUTO_TEST_CASE(reserved_opcodes_are_refused)   // 4.1, 4.2
{
    for (int const op : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        BOOST_TEST(
            read(text_frame("a") + client_frame("x", {.opcode = static_cast<std::uint8_t>(op)})) ==
            "text a\nfailure 1002\n");
}

BOOST_AUTO_TEST_CASE(frames_without_a_mask_are_refused)
{
    BOOST_TEST(read(client_frame("x", {.masked = false})) == "failure 1002\n");
    BOOST_TEST(read(client_frame("x", {.opcode = 0x9, .masked = false})) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(lengths_that_are_not_the_shortest_are_refused)
{
    BOOST_TEST(read(client_frame("x", {.length_bytes = 2})) == "failure 1002\n");
    BOOST_TEST(read(client_frame(std::string(200, 'x'), {.length_bytes = 8})) == "failure 1002\n");
    BOOST_TEST(read(client_frame("", {.announce = 1ull << 63})) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(fragmented_control_frames_are_refused)   // 5.1, 5.2
{
    BOOST_TEST(read(client_frame("x", {.opcode = 0x9, .fin = false})) == "failure 1002\n");
    BOOST_TEST(read(client_frame("x", {.opcode = 0xa, .fin = false})) == "failure 1002\n");
    BOOST_TEST(read(client_frame("", {.opcode = 0x8, .fin = false})) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(fragments_make_one_message)   // 5.3 to 5.8, 5.19, 5.20
{
    BOOST_TEST(read(text_frame("frag", false) + more("ment")) == "text fragment\n");
    BOOST_TEST(read(text_frame("", false) + more("", false) + more("")) == "text\n");
    BOOST_TEST(read(text_frame("a", false) + ping("p") + more("b")) == "ping p\ntext ab\n");
    BOOST_TEST(read(text_frame("a", false) + ping("1") + more("b", false) + ping("2") + ping("3") +
                    more("c", false) + more("d") + text_frame("e")) ==
               "ping 1\nping 2\nping 3\ntext abcd\ntext e\n");
    BOOST_TEST(read(client_frame("\xff", {.opcode = 0x2, .fin = false}) + more("\xfe")) ==
               "binary \xff\xfe\n");
}

BOOST_AUTO_TEST_CASE(a_continuation_of_nothing_is_refused)   // 5.9 to 5.14
{
    BOOST_TEST(read(more("x")) == "failure 1002\n");
    BOOST_TEST(read(more("x", false)) == "failure 1002\n");
    BOOST_TEST(read(text_frame("a") + more("x")) == "text a\nfailure 1002\n");
    BOOST_TEST(read(text_frame("a", false) + more("b") + more("c")) == "text ab\nfailure 1002\n");
}

BOOST_AUTO_TEST_CASE(a_message_inside_another_is_refused)   // 5.15 to 5.18
{
    BOOST_TEST(read(text_frame("a", false) + text_frame("b")) == "failure 1002\n");
    BOOST_TEST(read(text_frame("a", false) + client_frame("b", {.opcode = 0x2})) ==
               "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(utf8_may_be_cut_by_frames_anywhere)   // 6.1, 6.2
{
    auto const text = "Hello-µ@ßöäüàá-UTF-8!! € 😀"sv;
    BOOST_TEST(read(text_frame(text)) == "text " + std::string{text} + "\n");
    std::string stream = text_frame("", false);
    for (char const c : text)
        stream += more({&c, 1}, false);
    BOOST_TEST(read(stream + more("")) == "text " + std::string{text} + "\n");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_refused)   // 6.3, 6.6 to 6.23
{
    for (auto const bad :
         {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64"sv, "\xc0\xaf"sv,
          "\xe0\x80\xaf"sv, "\xf0\x80\x80\xaf"sv, "\xf4\x90\x80\x80"sv, "\xf8\x88\x80\x80\x80"sv,
          "\xff"sv, "\xed\xbf\xbf"sv, "abc\xce"sv, "\xe1\xbd"sv}) {
        BOOST_TEST(read(text_frame(bad)) == "failure 1007\n");
        BOOST_TEST(read(text_frame(bad.substr(0, 1), false) + more(bad.substr(1))) ==
                   "failure 1007\n");
    }
}

BOOST_AUTO_TEST_CASE(text_that_cannot_become_utf8_is_refused_at_once)   // 6.4
{
    auto const good = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"sv;
    auto const bad = "\xf4\x90\x80\x80"sv;
    // 6.4.1: in a frame of its own; the message's end never comes.
    auto const fragments = text_frame(good, false) + more(bad, false);
    BOOST_TEST(read(fragments) == "failure 1007\n");
    BOOST_TEST(taken(fragments) == 6 + good.size() + 6 + 1);
    // 6.4.3: inside of one frame of which the rest never comes.
    auto const one = text_frame(std::string{good}.append(bad).append("edited"));
    BOOST_TEST(taken(one) == 6 + good.size() + 1);
    BOOST_TEST(read(one.substr(0, 6 + good.size() + 2)) == "failure 1007\n");
}

BOOST_AUTO_TEST_CASE(binary_needs_no_utf8_but_leave)
{
    BOOST_TEST(read(client_frame("\xff\xfe", {.opcode = 0x2})) == "binary \xff\xfe\n");
    BOOST_TEST(read(client_frame("x", {.opcode = 0x2}), {}) == "failure 1003\n");
    BOOST_TEST(read(client_frame("x", {.opcode = 0x2, .fin = false}), {}) == "failure 1003\n");
}

BOOST_AUTO_TEST_CASE(closes_carry_a_code_and_a_reason)   // 7.1, 7.3, 7.7
{
    BOOST_TEST(read(client_frame("", {.opcode = 0x8})) == "close 1005\n");
    BOOST_TEST(read(client_close(1000)) == "close 1000\n");
    BOOST_TEST(read(client_close(1000, "Hello World!")) == "close 1000 Hello World!\n");
    BOOST_TEST(read(client_close(1000, std::string(123, '*'))) ==
               "close 1000 " + std::string(123, '*') + "\n");
    for (int const code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
        BOOST_TEST(read(client_close(static_cast<std::uint16_t>(code))) ==
                   "close " + std::to_string(code) + "\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_read_after_a_close)   // 7.1.2 to 7.1.6
{
    BOOST_TEST(read(client_close(1000) + text_frame("x") + ping("y")) == "close 1000\n");
    BOOST_TEST(read(client_close(1000) + client_close(1000)) == "close 1000\n");
    BOOST_TEST(read(text_frame("a", false) + client_close(1000) + more("b")) == "close 1000\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_read_after_a_failure)
{
    BOOST_TEST(read(more("x") + text_frame("y")) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(broken_closes_are_refused)   // 7.3.2, 7.5, 7.9
{
    BOOST_TEST(read(client_frame("x", {.opcode = 0x8})) == "failure 1002\n");
    BOOST_TEST(read(client_close(1000, "\xce\xba\xed\xa0\x80")) == "failure 1007\n");
    BOOST_TEST(read(client_close(1000, "\xe2\x82")) == "failure 1007\n");
    for (int const code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535})
        BOOST_TEST(read(client_close(static_cast<std::uint16_t>(code))) == "failure 1002\n");
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_refused_as_it_is_announced)
{
    ws_reader::options const small{.max_message_bytes = 10};
    BOOST_TEST(read(text_frame("0123456789"), small) == "text 0123456789\n");
    BOOST_TEST(read(text_frame("0123456789+"), small) == "failure 1009\n");
    BOOST_TEST(read(text_frame("01234", false) + more("56789"), small) == "text 0123456789\n");
    BOOST_TEST(read(text_frame("01234", false) + more("56789+"), small) == "failure 1009\n");
    BOOST_TEST(read(text_frame("01234", false) + ping("0123456789+") + more("5"), small) ==
               "ping 0123456789+\ntext 012345\n");
    BOOST_TEST(read(client_frame("", {.announce = (1ull << 63) - 1}), small) == "failure 1009\n");
    // Many small fragments do not add up past it either.
    std::string stream = text_frame("0", false);
    for (int i = 0; i != 20; ++i)
        stream += more("x", false);
    BOOST_TEST(read(stream, small) == "failure 1009\n");
}

BOOST_AUTO_TEST_CASE(a_message_that_lies_in_one_piece_is_not_copied)
{
    auto stream = text_frame("where it lies") + ping("here too");
    std::span<char> bytes{stream};
    ws_reader reader{with_binary};
    auto const message = reader.next(bytes);
    BOOST_TEST(message.payload == "where it lies");
    BOOST_TEST((message.payload.data() == stream.data() + 6));
    auto const control = reader.next(bytes);
    BOOST_TEST((control.payload.end() == stream.data() + stream.size()));
    BOOST_TEST(bytes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
