#include <wire/utf8.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using namespace thump::wire;

// What the table of RFC 3629 says about one character, by its code point.
bool reference_accepts(unsigned char a, unsigned char b, unsigned char c)
{
    auto const tail = [](unsigned char x) { return x >= 0x80 && x <= 0xbf; };
    if (a < 0xe0 || a > 0xef || !tail(b) || !tail(c)) return false;
    auto const code = ((a & 0x0fu) << 12) | ((b & 0x3fu) << 6) | (c & 0x3fu);
    return code >= 0x800 && (code < 0xd800 || code > 0xdfff);
}

// Bytes that are taken before the checker says no; the whole length if it never does.
std::size_t taken(std::string_view text)
{
    utf8_checker checker;
    for (std::size_t i = 0; i != text.size(); ++i)
        if (!checker.write(text.substr(i, 1))) return i;
    return text.size();
}

std::string of_bytes(std::initializer_list<unsigned> bytes)
{
    std::string text;
    for (auto const byte : bytes)
        text += static_cast<char>(byte);
    return text;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(utf8_of_every_length_is_valid)
{
    for (auto const text : {""sv, "a"sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv,
                            "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv, "\xee\x80\x80"sv, "\xef\xbf\xbf"sv,
                            "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "κόσμε"sv,
                            "a long run of ASCII, then é, then a long run of ASCII again"sv})
        BOOST_TEST(is_valid_utf8(text));
}

BOOST_AUTO_TEST_CASE(overlong_forms_surrogates_and_what_lies_above_the_range_are_not)
{
    for (auto const text : {"\x80"sv,
                            "\xbf"sv,
                            "\xc0\xaf"sv,
                            "\xc1\xbf"sv,
                            "\xe0\x80\xaf"sv,
                            "\xe0\x9f\xbf"sv,
                            "\xf0\x80\x80\xaf"sv,
                            "\xf0\x8f\xbf\xbf"sv,
                            "\xed\xa0\x80"sv,
                            "\xed\xbf\xbf"sv,
                            "\xf4\x90\x80\x80"sv,
                            "\xf5\x80\x80\x80"sv,
                            "\xf8\x88\x80\x80\x80"sv,
                            "\xfe"sv,
                            "\xff"sv,
                            "\xc3"sv,
                            "\xe2\x82"sv,
                            "\xf0\x9f\x98"sv,
                            "\xc3("sv,
                            "\xe2\x82("sv,
                            "12345678\x80"sv})
        BOOST_TEST(!is_valid_utf8(text));
}

BOOST_AUTO_TEST_CASE(every_two_byte_text_is_judged_right)
{
    for (unsigned a = 0; a != 256; ++a)
        for (unsigned b = 0; b != 256; ++b) {
            bool const expected =
                (a < 0x80 && b < 0x80) || (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);
            if (is_valid_utf8(of_bytes({a, b})) != expected) BOOST_ERROR("bytes " << a << ' ' << b);
        }
}

BOOST_AUTO_TEST_CASE(every_three_byte_character_is_judged_right)
{
    for (unsigned a = 0xe0; a != 0x100; ++a)
        for (unsigned b = 0x70; b != 0xd0; ++b)
            for (unsigned c = 0x70; c != 0xd0; ++c) {
                auto const text = of_bytes({a, b, c});
                if (is_valid_utf8(text) != reference_accepts(static_cast<unsigned char>(a),
                                                             static_cast<unsigned char>(b),
                                                             static_cast<unsigned char>(c)))
                    BOOST_ERROR("bytes " << a << ' ' << b << ' ' << c);
            }
}

BOOST_AUTO_TEST_CASE(a_fault_is_seen_with_its_first_byte)
{
    BOOST_TEST(taken("\xce\xba\xe1\xbd\xb9\xf4\x90\x80\x80"sv) == 6u);   // above U+10FFFF
    BOOST_TEST(taken("\xed\xa0\x80"sv) == 1u);                           // surrogate
    BOOST_TEST(taken("\xe0\x80\x80"sv) == 1u);                           // overlong
    BOOST_TEST(taken("abc\xff"sv) == 3u);
    BOOST_TEST(taken("\xe2\x82\x28"sv) == 2u);
}

BOOST_AUTO_TEST_CASE(pieces_may_split_characters_anywhere)
{
    auto const text = "a€😀é, and ASCII"sv;
    for (std::size_t i = 0; i <= text.size(); ++i)
        for (std::size_t j = i; j <= text.size(); ++j) {
            utf8_checker checker;
            BOOST_TEST(checker.write(text.substr(0, i)));
            BOOST_TEST(checker.write(text.substr(i, j - i)));
            BOOST_TEST(checker.write(text.substr(j)));
            BOOST_TEST(checker.complete());
        }
}

BOOST_AUTO_TEST_CASE(a_character_cut_short_is_incomplete)
{
    utf8_checker checker;
    BOOST_TEST(checker.write("\xe2\x82"));
    BOOST_TEST(!checker.complete());
    checker.reset();
    BOOST_TEST(checker.complete());
    BOOST_TEST(checker.write("a"));
}

BOOST_AUTO_TEST_CASE(a_sequence_knows_its_length)
{
    BOOST_TEST(utf8_sequence_bytes("ab") == 1u);
    BOOST_TEST(utf8_sequence_bytes("é!") == 2u);
    BOOST_TEST(utf8_sequence_bytes("€!") == 3u);
    BOOST_TEST(utf8_sequence_bytes("😀!") == 4u);
    BOOST_TEST(utf8_sequence_bytes("\xed\xa0\x80") == 0u);
    BOOST_TEST(utf8_sequence_bytes("\xe2\x82") == 0u);
}

BOOST_AUTO_TEST_CASE(a_prefix_does_not_cut_a_character)
{
    BOOST_TEST(utf8_prefix("abc", 5) == "abc");
    BOOST_TEST(utf8_prefix("abc", 2) == "ab");
    BOOST_TEST(utf8_prefix("a€b", 3) == "a");
    BOOST_TEST(utf8_prefix("a€b", 4) == "a€");
    BOOST_TEST(utf8_prefix("😀", 3) == "");
}

BOOST_AUTO_TEST_SUITE_END()
