#include <net/intake.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

using thump::detail::intake;
using thump::detail::intake_entry;
using thump::detail::intake_places;

// Entries are told apart by what would be their event; nobody looks inside.
intake_entry numbered(std::uintptr_t n)
{
    return {reinterpret_cast<thump::published_event*>(n), nullptr};
}

std::uintptr_t number_of(intake_entry const& entry)
{
    return reinterpret_cast<std::uintptr_t>(entry.what);
}

// Offers entries of ascending numbers.
intake_places push(intake& queue, std::uintptr_t first, std::size_t count = 1)
{
    auto const places = queue.claim(count);
    for (std::size_t i = 0; i < places.count; ++i)
        queue.fill(places.first + i, numbered(first + i));
    return places;
}

bool taken(intake_places const& places)
{
    return places.count > 0;
}

bool full(intake_places const& places)
{
    return places.count == 0 && !places.closed;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(intake_)

BOOST_AUTO_TEST_CASE(takes_exactly_its_capacity)
{
    for (std::size_t const capacity : {1u, 2u, 100u, 1'000'000u}) {
        intake queue{capacity};
        for (std::size_t i = 0; i < capacity; ++i)
            BOOST_TEST_REQUIRE(taken(push(queue, i)));
        BOOST_TEST(full(push(queue, 1)));
        BOOST_TEST(full(push(queue, 1)));
        BOOST_TEST(queue.size() == capacity);
        BOOST_TEST(queue.capacity() == capacity);
        intake_entry entry;
        BOOST_TEST(queue.pop(entry));
        BOOST_TEST(taken(push(queue, 1)));
        BOOST_TEST(full(push(queue, 1)));
    }
}

BOOST_AUTO_TEST_CASE(gives_as_many_places_as_are_free)
{
    intake queue{10};
    intake_entry entry;
    std::uintptr_t in = 0;
    std::uintptr_t out = 0;
    for (int round = 0; round < 1000; ++round) {
        for (std::size_t const wanted : {1u, 7u, 100u}) {
            auto const room = queue.capacity() - queue.size();
            auto const places = push(queue, in, wanted);
            BOOST_TEST_REQUIRE(places.count == std::min(wanted, room));
            in += places.count;
        }
        for (int i = 0; i < 1 + round % 9; ++i) {
            BOOST_TEST_REQUIRE(queue.pop(entry));
            BOOST_TEST_REQUIRE(number_of(entry) == out++);
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_popped_before_a_place_that_is_not_filled)
{
    intake queue{4};
    intake_entry entry;
    auto const early = queue.claim(2);
    BOOST_TEST(taken(push(queue, 3)));
    BOOST_TEST(!queue.pop(entry));
    BOOST_TEST(queue.size() == 3u);
    queue.fill(early.first + 1, numbered(2));
    BOOST_TEST(!queue.pop(entry));
    queue.fill(early.first, numbered(1));
    for (std::uintptr_t const n : {1u, 2u, 3u}) {
        BOOST_TEST_REQUIRE(queue.pop(entry));
        BOOST_TEST(number_of(entry) == n);
    }
}

BOOST_AUTO_TEST_CASE(gives_back_in_order)
{
    intake queue{10};
    intake_entry entry;
    BOOST_TEST(!queue.pop(entry));
    BOOST_TEST(queue.empty());
    std::uintptr_t in = 0;
    std::uintptr_t out = 0;
    for (int round = 0; round < 1000; ++round) {
        for (int i = 0; i < round % 10; ++i)
            BOOST_TEST_REQUIRE(taken(push(queue, in++)));
        while (queue.pop(entry))
            BOOST_TEST_REQUIRE(number_of(entry) == out++);
    }
    BOOST_TEST(in == out);
    BOOST_TEST(queue.size() == 0u);
}

BOOST_AUTO_TEST_CASE(is_never_over_its_bound_and_loses_nothing_between_threads)
{
    static constexpr std::uintptr_t per_thread = 20'000;
    static constexpr std::uintptr_t threads = 4;
    intake queue{8};
    std::vector<std::thread> producers;
    for (std::uintptr_t t = 0; t < threads; ++t)
        producers.emplace_back([&queue, t] {
            for (std::uintptr_t i = 0; i < per_thread;) {
                auto const wanted = std::min<std::size_t>(1 + i % 3, per_thread - i);
                auto const got = push(queue, t * per_thread + i, wanted);
                i += got.count;
                if (!taken(got)) std::this_thread::yield();
            }
        });

    std::vector<std::uintptr_t> next(threads);
    bool ordered = true;
    bool bounded = true;
    for (std::uintptr_t received = 0; received < threads * per_thread;) {
        bounded = bounded && queue.size() <= queue.capacity();
        intake_entry entry;
        if (!queue.pop(entry)) {
            std::this_thread::yield();
            continue;
        }
        ++received;
        auto& expected = next[number_of(entry) / per_thread];
        ordered = ordered && number_of(entry) % per_thread == expected++;
    }
    for (auto& producer : producers)
        producer.join();
    BOOST_TEST(ordered);
    BOOST_TEST(bounded);
    BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(closed_takes_nothing_more_and_keeps_what_it_has)
{
    intake queue{4};
    BOOST_TEST(taken(push(queue, 1)));
    queue.close();
    queue.close();
    BOOST_TEST(push(queue, 2).closed);
    BOOST_TEST(queue.size() == 1u);
    intake_entry entry;
    BOOST_TEST_REQUIRE(queue.pop(entry));
    BOOST_TEST(number_of(entry) == 1u);
    BOOST_TEST(!queue.pop(entry));
    BOOST_TEST(queue.size() == 0u);
    BOOST_TEST(push(queue, 3).closed);
}

BOOST_AUTO_TEST_CASE(what_was_taken_before_a_close_is_given_back)
{
    static constexpr std::size_t threads = 4;
    for (int round = 0; round < 50; ++round) {
        intake queue{1000};
        std::atomic<std::size_t> accepted{0};
        std::vector<std::thread> producers;
        for (std::size_t t = 0; t < threads; ++t)
            producers.emplace_back([&] {
                for (intake_places got; !(got = push(queue, 1, 3)).closed;) {
                    accepted += got.count;
                    if (!taken(got)) std::this_thread::yield();
                }
            });
        std::size_t received = 0;
        intake_entry entry;
        while (received < 500)
            if (queue.pop(entry))
                ++received;
            else
                std::this_thread::yield();
        queue.close();
        while (queue.size() > 0)
            if (queue.pop(entry)) ++received;
        for (auto& producer : producers)
            producer.join();
        BOOST_TEST(accepted == received);
    }
}

BOOST_AUTO_TEST_SUITE_END()
