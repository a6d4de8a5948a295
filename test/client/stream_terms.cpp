#include <client/stream_terms.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace {

using namespace thump;
using namespace thump::client_side;

}   // namespace

BOOST_AUTO_TEST_SUITE(terms_of_a_stream)

BOOST_AUTO_TEST_CASE(the_policy_in_effect_is_read)
{
    auto const got = read_stream_terms(
        R"({"op":"welcome","epoch":"e","seq":1,"subscription":{"queue":9,"overflow":"latest"}})");
    BOOST_TEST((got.overflow == overflow::latest));
}

BOOST_AUTO_TEST_CASE(the_beginning_is_read_in_full)
{
    auto const start_in = [](std::string_view text) { return read_stream_terms(text).start; };
    BOOST_TEST((start_in(R"({"start":0})") == 0));
    BOOST_TEST((start_in(R"({"start":18446744073709551615})") == UINT64_MAX));
    for (auto const* const text :
         {"{}", R"({"start":null})", R"({"start":-1})", R"({"start":"1"})"})
        BOOST_TEST(!start_in(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(what_is_not_said_is_left_open)
{
    for (auto const* const text :
         {"", "[]", "{}", R"({"subscription":1})", R"({"subscription":{}})",
          R"({"subscription":{"overflow":1}})", R"({"subscription":{"overflow":"another"}})"})
        BOOST_TEST(!read_stream_terms(text).overflow.has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
