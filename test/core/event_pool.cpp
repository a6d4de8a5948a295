#include <core/event_pool.hpp>
#include <thump/event_ptr.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace thump;
using detail::event_pool;

event_ptr make(event e)
{
    auto made = event_pool::make(std::move(e));
    made->measure();
    return made;
}

event full_event(std::string const& text)
{
    return {.type = text,
            .id = text,
            .timestamp = time_point{1, 2},
            .message = text,
            .metadata = {{text, text}},
            .source = text,
            .data = text,
            .seq = 7};
}

bool is(event const& e, std::string const& text)
{
    return e.type == text && e.id == text && e.message == text && e.source == text &&
           e.data == text && e.metadata == metadata{{text, text}};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(event_pool_test)

BOOST_AUTO_TEST_CASE(nothing_of_an_event_is_left_in_those_that_follow)
{
    for (auto const size : {1, 100, 5000}) {
        auto old = make(full_event(std::string(static_cast<std::size_t>(size), 'x')));
        old->frames.add(detail::encoding::ws_json, "bytes");
        old.reset();

        auto const e = make({.type = "t"});
        BOOST_TEST(e->type == "t");
        BOOST_TEST((e->id.empty() && e->message.empty() && e->source.empty() && e->data.empty()));
        BOOST_TEST(e->metadata.empty());
        BOOST_TEST(!e->timestamp.has_value());
        BOOST_TEST(e->seq == 0u);
        BOOST_TEST(e->size_bytes() == 1u);
        BOOST_TEST(!e->frames.find(detail::encoding::ws_json));
    }
}

BOOST_AUTO_TEST_CASE(events_are_distinct_however_many_come_and_go)
{
    std::vector<event_ptr> held;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 500; ++i)
            held.push_back(make(full_event(std::to_string(held.size()))));
        for (std::size_t i = 0; i < held.size(); ++i)
            BOOST_TEST_REQUIRE(is(*held[i], std::to_string(i)));
        held.resize(held.size() / 3);
    }
}

BOOST_AUTO_TEST_CASE(a_share_keeps_an_event_from_coming_back)
{
    auto const kept = make(full_event("kept"));
    {
        auto const second = kept;
    }
    for (int i = 0; i < 200; ++i)
        (void)make(full_event("other"));
    BOOST_TEST(is(*kept, "kept"));
}

// Made on one thread, let go of on another, while both go on and end.
BOOST_AUTO_TEST_CASE(events_pass_between_threads)
{
    constexpr int rounds = 50;
    constexpr std::size_t per_round = 300;
    std::atomic<std::size_t> wrong{0};
    for (int round = 0; round < rounds; ++round) {
        std::vector<event_ptr> made;
        std::thread{[&] {
            for (std::size_t i = 0; i < per_round; ++i)
                made.push_back(make(full_event(std::to_string(i))));
        }}.join();
        std::thread{[&] {
            for (std::size_t i = 0; i < made.size(); ++i)
                if (!is(*made[i], std::to_string(i))) ++wrong;
            made.clear();
        }}.join();
    }
    BOOST_TEST(wrong.load() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
