#include <wire/conformance.hpp>
#include <wire/event_json.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace thump;

std::string from_base64(std::string_view text)
{
    std::string bytes(text.size() / 4 * 3, '\0');
    auto const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                      reinterpret_cast<unsigned char const*>(text.data()),
                                      static_cast<int>(text.size()));
    BOOST_TEST_REQUIRE(size == static_cast<int>(bytes.size()));
    bytes.resize(bytes.size() - static_cast<std::size_t>(std::ranges::count(text, '=')));
    return bytes;
}

std::string bytes_of(boost::json::object const& c)
{
    if (auto const* const plain = c.if_contains("b64")) return from_base64(plain->as_string());
    auto const& repeat = c.at("repeat").as_array();
    auto const once = from_base64(repeat.at(0).as_string());
    std::string bytes;
    for (auto i = repeat.at(1).to_number<int>(); i != 0; --i)
        bytes += once;
    return bytes;
}

// `data` is carried without the whitespace around it, and in one line.
std::string expected_data(std::string_view text)
{
    constexpr auto space = " \t\r\n";
    auto const first = text.find_first_not_of(space);
    std::string data{text.substr(first, text.find_last_not_of(space) - first + 1)};
    std::ranges::replace(data, '\n', ' ');
    std::ranges::replace(data, '\r', ' ');
    return data;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(json_conformance)

BOOST_AUTO_TEST_CASE(data_is_accepted_and_refused_as_the_suite_of_json_texts_says)
{
    for (auto const& line : test::conformance_cases("json_cases.jsonl")) {
        auto const& c = line.as_object();
        auto const text = bytes_of(c);
        auto const e = wire::parse_event(R"({"type":"a","data":)" + text + '}',
                                         event_limits{.max_event_bytes = text.size() + 64});
        auto const& expected = c.at("expect").as_string();
        BOOST_TEST_CONTEXT(c.at("name").as_string())
        {
            if (expected != "either") BOOST_TEST(e.has_value() == (expected == "accept"));
            if (e) BOOST_TEST(e->data == expected_data(text));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
