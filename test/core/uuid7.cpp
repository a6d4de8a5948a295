#include <core/uuid7.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <unordered_set>

namespace {

using namespace thump;

constexpr time_point noon{1'700'000'000, 123'456'789};

std::string next(core::uuid7_generator& ids, time_point now)
{
    std::string id;
    ids.append(id, now);
    return id;
}

std::uint64_t milliseconds_of(std::string const& id)
{
    return std::stoull(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
}

}   // namespace

BOOST_AUTO_TEST_SUITE(uuid7)

BOOST_AUTO_TEST_CASE(has_the_form_of_rfc_9562)
{
    core::uuid7_generator ids{1};
    for (int i = 0; i < 1000; ++i) {
        auto const id = next(ids, noon);
        BOOST_TEST_REQUIRE(id.size() == 36u);
        for (std::size_t at = 0; at < id.size(); ++at) {
            bool const dash = at == 8 || at == 13 || at == 18 || at == 23;
            BOOST_TEST((id[at] == '-') == dash);
            if (!dash)
                BOOST_TEST(std::string_view{"0123456789abcdef"}.find(id[at]) !=
                           std::string_view::npos);
        }
        BOOST_TEST(id[14] == '7');
        BOOST_TEST(std::string_view{"89ab"}.find(id[19]) != std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(appends_to_what_is_there)
{
    core::uuid7_generator ids{1};
    std::string text = "id=";
    ids.append(text, noon);
    BOOST_TEST(text.size() == 3u + 36u);
    BOOST_TEST(text.starts_with("id="));
}

BOOST_AUTO_TEST_CASE(begins_with_the_milliseconds_since_1970)
{
    core::uuid7_generator ids{1};
    BOOST_TEST(milliseconds_of(next(ids, noon)) == 1'700'000'000'123u);
}

BOOST_AUTO_TEST_CASE(hundred_thousand_of_one_instant_are_unique_and_ascend)
{
    core::uuid7_generator ids{1};
    std::unordered_set<std::string> seen;
    std::string last;
    for (int i = 0; i < 100'000; ++i) {
        auto id = next(ids, noon);
        BOOST_TEST_REQUIRE(last < id);
        BOOST_TEST_REQUIRE(seen.insert(id).second);
        last = std::move(id);
    }
    // It borrowed from the future, but no more than it had to.
    BOOST_TEST(milliseconds_of(last) - 1'700'000'000'123u < 100'000u / 2048u);
}

BOOST_AUTO_TEST_CASE(ascends_as_the_clock_advances)
{
    core::uuid7_generator ids{1};
    std::string last;
    for (std::uint32_t ms = 0; ms < 1000; ++ms) {
        auto id = next(ids, {noon.seconds, ms * 1'000'000});
        BOOST_TEST_REQUIRE(last < id);
        last = std::move(id);
    }
}

BOOST_AUTO_TEST_CASE(ascends_when_the_clock_steps_back)
{
    core::uuid7_generator ids{1};
    auto const before = next(ids, noon);
    auto const after = next(ids, {noon.seconds - 3600, 0});
    BOOST_TEST(before < after);
    BOOST_TEST(after < next(ids, {noon.seconds, 124'000'000}));
}

BOOST_AUTO_TEST_CASE(clock_before_1970_still_gives_ids)
{
    core::uuid7_generator ids{1};
    auto const first = next(ids, {-1, 0});
    BOOST_TEST(milliseconds_of(first) == 0u);
    BOOST_TEST(first < next(ids, {-1, 0}));
}

BOOST_AUTO_TEST_CASE(differs_from_generator_to_generator)
{
    core::uuid7_generator one{1};
    core::uuid7_generator two{2};
    BOOST_TEST(next(one, noon) != next(two, noon));
}

BOOST_AUTO_TEST_SUITE_END()
