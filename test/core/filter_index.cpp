#include <core/filter_index.hpp>

#include <support/random_seed.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace thump;
using ids = std::vector<core::filter_id>;

filter of(std::string pattern)
{
    return filter::make(std::vector{std::move(pattern)}).value();
}

filter where(std::string key, std::vector<std::string> values)
{
    std::vector<metadata_condition> const conditions{{std::move(key), std::move(values)}};
    return filter::make({}, conditions).value();
}

ids matches(core::filter_index& index, event const& e)
{
    ids found;
    index.match(e, found);
    std::ranges::sort(found);
    return found;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(filter_index)

BOOST_AUTO_TEST_CASE(equal_filters_share_an_id)
{
    core::filter_index index;
    auto const a = index.acquire(of("task.*"));
    BOOST_TEST(index.acquire(of("task.*")) == a);
    BOOST_TEST(index.acquire(of("node.*")) != a);
    BOOST_TEST(index.size() == 2u);
    BOOST_TEST((index.at(a) == of("task.*")));
}

BOOST_AUTO_TEST_CASE(filters_that_look_alike_do_not_share_an_id)
{
    core::filter_index index;
    auto const one = index.acquire(where("region", {"eu|us"}));
    auto const two = index.acquire(where("region", {"eu", "us"}));
    BOOST_TEST(one != two);
    BOOST_TEST((matches(index, {.type = "t", .metadata = {{"region", "eu"}}}) == ids{two}));
    BOOST_TEST((matches(index, {.type = "t", .metadata = {{"region", "eu|us"}}}) == ids{one}));
}

BOOST_AUTO_TEST_CASE(last_release_removes_the_filter)
{
    core::filter_index index;
    auto const id = index.acquire(of("task.*"));
    index.acquire(of("task.*"));
    index.release(id);
    BOOST_TEST((matches(index, {.type = "task.failed"}) == ids{id}));
    index.release(id);
    BOOST_TEST(matches(index, {.type = "task.failed"}).empty());
    BOOST_TEST(index.size() == 0u);
}

BOOST_AUTO_TEST_CASE(ids_are_given_again)
{
    core::filter_index index;
    for (int i = 0; i < 100; ++i)
        index.release(index.acquire(of(std::to_string(i))));
    BOOST_TEST(index.id_end() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_remembered_of_a_type_follows_the_filters)
{
    core::filter_index index;
    event const e{.type = "task.failed"};
    BOOST_TEST(matches(index, e).empty());
    auto const a = index.acquire(of("task.*"));
    BOOST_TEST((matches(index, e) == ids{a}));
    auto const b = index.acquire(of(">"));
    BOOST_TEST((matches(index, e) == ids{a, b}));
    index.release(a);
    BOOST_TEST((matches(index, e) == ids{b}));
    auto const c = index.acquire(of("node.*"));   // takes a's id
    BOOST_TEST((matches(index, e) == ids{b}));
    BOOST_TEST((matches(index, {.type = "node.down"}) == ids{c, b}));
}

BOOST_AUTO_TEST_CASE(metadata_is_looked_at_event_by_event)
{
    core::filter_index index;
    auto const eu = index.acquire(where("region", {"eu"}));
    BOOST_TEST(matches(index, {.type = "t"}).empty());
    BOOST_TEST((matches(index, {.type = "t", .metadata = {{"region", "eu"}}}) == ids{eu}));
    BOOST_TEST(matches(index, {.type = "t", .metadata = {{"region", "us"}}}).empty());
}

BOOST_AUTO_TEST_CASE(more_types_than_it_remembers_are_matched_all_the_same)
{
    core::filter_index index;
    auto const odd = index.acquire(of("odd.*"));
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 10'000; ++i) {
            auto const type = std::string{i % 2 ? "odd." : "even."}.append(std::to_string(i));
            BOOST_TEST_REQUIRE((matches(index, {.type = type}) == (i % 2 ? ids{odd} : ids{})));
        }
}

BOOST_AUTO_TEST_CASE(agrees_with_asking_every_filter)
{
    auto const seed = test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        std::mt19937_64 random{seed};
        auto const below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        static constexpr char const* types[] = {"a", "a.b", "a.c", "b.c", "a.b.c"};
        static constexpr char const* patterns[] = {">", "a", "a.*", "*.c", "a.>", "*.*.*", "b.c"};
        core::filter_index index;
        std::map<core::filter_id, std::pair<filter, int>> held;
        for (int step = 0; step < 20'000; ++step) {
            if (below(4) == 0) {
                std::vector<std::string> const wanted{patterns[below(std::size(patterns))],
                                                      patterns[below(std::size(patterns))]};
                std::vector<metadata_condition> conditions;
                if (below(2)) conditions.push_back({"k", {std::to_string(below(3))}});
                auto const f = filter::make(wanted, conditions).value();
                auto& [what, holders] = held[index.acquire(f)];
                BOOST_TEST_REQUIRE((holders == 0 || what == f));
                what = f;
                ++holders;
            } else if (below(3) == 0 && !held.empty()) {
                auto const at =
                    std::next(held.begin(), static_cast<std::ptrdiff_t>(below(held.size())));
                index.release(at->first);
                if (--at->second.second == 0) held.erase(at);
            }
            event const e{.type = types[below(std::size(types))],
                          .metadata = {{"k", std::to_string(below(3))}}};
            ids expected;
            for (auto const& [id, filter_and_holders] : held)
                if (filter_and_holders.first.matches(e)) expected.push_back(id);
            BOOST_TEST_REQUIRE((matches(index, e) == expected));
            BOOST_TEST_REQUIRE(index.size() == held.size());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
