#include <core/broker.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace thump;

constexpr time_point now{1'700'000'000, 0};

filter of(std::string pattern)
{
    return filter::make(std::vector{std::move(pattern)}).value();
}

event_ptr publish(core::broker& b, event e)
{
    boost::intrusive_ptr<published_event> const made{new published_event{std::move(e)}};
    made->measure();
    b.publish(made, now);
    return made;
}

std::vector<std::uint64_t> seqs(std::span<event_ptr const> events)
{
    std::vector<std::uint64_t> all;
    for (auto const& e : events)
        all.push_back(e->seq);
    return all;
}

using numbers = std::vector<std::uint64_t>;

struct fixture {
    core::broker broker{"epoch", 1};
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(core_broker, fixture)

BOOST_AUTO_TEST_CASE(sequence_starts_at_one_and_has_no_hole)
{
    BOOST_TEST(broker.last_seq() == 0u);
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        BOOST_TEST_REQUIRE(publish(broker, {.type = "t", .seq = 42})->seq == i);
        BOOST_TEST_REQUIRE(broker.last_seq() == i);
        if (i % 7 == 0) broker.end_turn();
    }
}

BOOST_AUTO_TEST_CASE(ids_are_made_only_where_there_is_none)
{
    BOOST_TEST(publish(broker, {.type = "t", .id = "mine"})->id == "mine");
    auto const first = publish(broker, {.type = "t"})->id;
    auto const second = publish(broker, {.type = "t"})->id;
    BOOST_TEST(first.size() == 36u);
    BOOST_TEST(first < second);
}

BOOST_AUTO_TEST_CASE(size_counts_every_string)
{
    auto const e = publish(broker, {.type = "1",
                                    .id = "12",
                                    .message = "123",
                                    .metadata = {{"1234", "12345"}},
                                    .source = "123456",
                                    .data = "1234567"});
    BOOST_TEST(e->size_bytes() == 1u + 2u + 3u + 4u + 5u + 6u + 7u);
    BOOST_TEST(broker.turn_bytes() == e->size_bytes());
}

BOOST_AUTO_TEST_CASE(turn_holds_what_each_filter_matched_in_order)
{
    auto const tasks = broker.attach(of("task.*"));
    auto const all = broker.attach(of(">"));
    auto const nodes = broker.attach(of("node.*"));
    publish(broker, {.type = "task.created"});
    publish(broker, {.type = "volume.created"});
    publish(broker, {.type = "task.failed"});

    BOOST_TEST(broker.turn_events() == 3u);
    BOOST_TEST((seqs(broker.matched(tasks)) == numbers{1, 3}));
    BOOST_TEST((seqs(broker.matched(all)) == numbers{1, 2, 3}));
    BOOST_TEST(broker.matched(nodes).empty());
    auto const matched = broker.matched_filters();
    BOOST_TEST(matched.size() == 2u);
    BOOST_TEST((std::ranges::find(matched, nodes) == matched.end()));
}

BOOST_AUTO_TEST_CASE(end_of_turn_forgets_its_events)
{
    auto const all = broker.attach(of(">"));
    auto const kept = publish(broker, {.type = "t"});
    broker.end_turn();
    BOOST_TEST(broker.turn_empty());
    BOOST_TEST(broker.turn_bytes() == 0u);
    BOOST_TEST(broker.matched_filters().empty());
    BOOST_TEST(broker.matched(all).empty());
    publish(broker, {.type = "t"});
    BOOST_TEST((seqs(broker.matched(all)) == numbers{2}));
}

BOOST_AUTO_TEST_CASE(detached_filter_matches_nothing)
{
    auto const all = broker.attach(of(">"));
    broker.detach(all);
    publish(broker, {.type = "t"});
    BOOST_TEST(broker.matched_filters().empty());
    BOOST_TEST(broker.turn_events() == 1u);
}

BOOST_AUTO_TEST_CASE(shared_filter_stays_until_the_last_detaches)
{
    auto const one = broker.attach(of(">"));
    auto const two = broker.attach(of(">"));
    BOOST_TEST(one == two);
    broker.detach(one);
    publish(broker, {.type = "t"});
    BOOST_TEST((seqs(broker.matched(two)) == numbers{1}));
}

BOOST_AUTO_TEST_SUITE_END()
