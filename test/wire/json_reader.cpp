#include <wire/json_reader.hpp>

#include <wire/faults.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::literals;
using namespace thump;
using namespace thump::wire;

std::string judged(std::string_view text, std::size_t max_depth = 32)
{
    json_reader in{text};
    std::string_view value;
    if (in.skip_value(max_depth, value) && in.finish()) return "fine";
    return test::fault_of(result<void>{in.failure()});
}

std::string string_of(std::string_view text)
{
    json_reader in{text};
    BOOST_TEST_REQUIRE((in.peek() == json_kind::string));
    std::string_view value;
    BOOST_TEST_REQUIRE(in.read_string(value));
    BOOST_TEST(in.finish());
    return std::string{value};
}

std::string detail_of(std::string_view text)
{
    json_reader in{text};
    std::string_view value;
    BOOST_TEST_REQUIRE(!(in.skip_value(8, value) && in.finish()));
    return in.failure().detail;
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

}   // namespace

BOOST_AUTO_TEST_SUITE(json_reader_)

BOOST_AUTO_TEST_CASE(members_and_elements_are_pulled_in_their_order)
{
    json_reader in{R"( { "a" : [ 1 , [] , {"x":[2]} ] , "b" : "c" } )"};
    std::vector<std::string> seen;
    BOOST_TEST_REQUIRE((in.peek() == json_kind::object));
    in.begin();
    for (std::string_view key; in.next_member(key);) {
        seen.emplace_back(key);
        if (in.peek() == json_kind::array) {
            in.begin();
            while (in.next_element()) {
                std::string_view text;
                BOOST_TEST(in.skip_value(8, text));
                seen.emplace_back(text);
            }
        } else {
            std::string_view text;
            BOOST_TEST(in.read_string(text));
            seen.emplace_back(text);
        }
    }
    BOOST_TEST(!in.failed());
    BOOST_TEST(in.finish());
    BOOST_TEST(seen == (std::vector<std::string>{"a", "1", "[]", R"({"x":[2]})", "b", "c"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(kinds_are_told_by_the_first_byte)
{
    using enum json_kind;
    for (auto const& [text, kind] : {std::pair{"{", object},
                                     {"[", array},
                                     {"\"", string},
                                     {"-", number},
                                     {"7", number},
                                     {"t", boolean},
                                     {"f", boolean},
                                     {"n", null},
                                     {"", none},
                                     {"+", none},
                                     {" \t\r\n", none}})
        BOOST_TEST((json_reader{text}.peek() == kind), text);
}

BOOST_AUTO_TEST_CASE(escapes_are_undone)
{
    BOOST_TEST(string_of(R"("plain")") == "plain");
    BOOST_TEST(string_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    BOOST_TEST(string_of(R"("\u0000\u0041\u00e9\u20AC\uD83D\uDE00 end")") == "\0Aé€😀 end"sv);
    BOOST_TEST(string_of(R"("é€😀")") == "é€😀");
    BOOST_TEST(string_of(R"("\uD7FF\uE000\uFFFF\uDBFF\uDFFF")") == "\ud7ff\ue000\uffff\U0010ffff");
}

BOOST_AUTO_TEST_CASE(faults_have_their_offset)
{
    BOOST_TEST(judged("") == "invalid_json @0");
    BOOST_TEST(judged("[1,]") == "invalid_json @3");
    BOOST_TEST(judged("[1 2]") == "invalid_json @3");
    BOOST_TEST(judged(R"({"a":1,})") == "invalid_json @7");
    BOOST_TEST(judged(R"({"a" 1})") == "invalid_json @5");
    BOOST_TEST(judged("[1}") == "invalid_json @2");
    BOOST_TEST(judged("nul") == "invalid_json @3");
    BOOST_TEST(judged("01") == "invalid_json @1");
    BOOST_TEST(judged("-") == "invalid_json @1");
    BOOST_TEST(judged("1.") == "invalid_json @2");
    BOOST_TEST(judged("1e+") == "invalid_json @3");
    BOOST_TEST(judged("\"a\nb\"") == "invalid_json @2");
    BOOST_TEST(judged(R"("\x")") == "invalid_json @2");
    BOOST_TEST(judged(R"("\u12g4")") == "invalid_json @5");
    BOOST_TEST(judged("{} {}") == "invalid_json @3");
    BOOST_TEST(judged("\xef\xbb\xbf{}") == "invalid_json @0");
    BOOST_TEST(judged("\"ab\xff\"") == "invalid_utf8 @3");
    BOOST_TEST(judged("[\"\xed\xa0\x80\"]") == "invalid_utf8 @2");
}

BOOST_AUTO_TEST_CASE(half_a_surrogate_pair_is_refused)
{
    BOOST_TEST(judged(R"("ab\ud800")") == "invalid_utf8 @3");
    BOOST_TEST(judged(R"("\udc00")") == "invalid_utf8 @1");
    BOOST_TEST(judged(R"("\ud800\n")") == "invalid_utf8 @1");
    BOOST_TEST(judged(R"("\ud800\ud800")") == "invalid_utf8 @1");
    BOOST_TEST(judged(R"("\ud800A")") == "invalid_utf8 @1");
}

BOOST_AUTO_TEST_CASE(sentences_say_what_was_expected)
{
    BOOST_TEST(detail_of("[1 2]") == "expected ',' or ']', found '2'");
    BOOST_TEST(detail_of("[1,") == "expected a value, found the end of the text");
    BOOST_TEST(detail_of("\x0b") == "expected a value, found byte 0x0b");
    BOOST_TEST(detail_of("{a:1}") == "expected a name in quotes, found 'a'");
    BOOST_TEST(detail_of("[[[[[[[[[") == "arrays and objects are nested deeper than the limit");
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_at_any_depth_of_text)
{
    BOOST_TEST(judged(nested(32)) == "fine");
    BOOST_TEST(judged(nested(33)) == "json_too_deep @32");
    BOOST_TEST(judged(nested(256), 256) == "fine");
    BOOST_TEST(judged(nested(257), 1'000'000) == "json_too_deep @256");
    BOOST_TEST(judged(std::string(10'000, '[')) == "json_too_deep @32");
    BOOST_TEST(judged(std::string(100'000, '[')) == "json_too_deep @32");
    BOOST_TEST(judged("[]", 0) == "json_too_deep @0");
    BOOST_TEST(judged("7", 0) == "fine");
    std::string objects;
    for (int i = 0; i != 100'000; ++i)
        objects += R"({"a":)";
    BOOST_TEST(judged(objects) == "json_too_deep @160");
}

BOOST_AUTO_TEST_CASE(siblings_do_not_add_up_to_depth)
{
    std::string text = "[";
    for (int i = 0; i != 1000; ++i)
        text += "[],{},[[]],";
    BOOST_TEST(judged(text + "1]", 3) == "fine");
    BOOST_TEST(judged(text + "[[[]]]]", 3) != "fine");
}

BOOST_AUTO_TEST_SUITE_END()
