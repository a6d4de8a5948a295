#include <net/intake.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

using thump::detail::admission;
using thump::detail::intake;
using thump::detail::intake_entry;

// Entries are told apart by what would be their event; nobody looks inside.
intake_entry numbered(std::uintptr_t n)
{
    return {reinterpret_cast<thump::published_event*>(n), nullptr};
}

std::uintptr_t number_of(intake_entry const& entry)
{
    return reinterpret_cast<std::uintptr_t>(entry.what);
}

bool taken(admission what)
{
    return what == admission::taken;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(intake_)

BOOST_AUTO_TEST_CASE(takes_exactly_its_capacity)
{
    for (std::size_t const capacity : {1u, 2u, 100u, 1'000'000u}) {
        intake queue{capacity};
        for (std::size_t i = 0; i < capacity; ++i)
            BOOST_TEST_REQUIRE(taken(queue.push(numbered(i))));
        BOOST_TEST((queue.push(numbered(1)) == admission::full));
        BOOST_TEST((queue.push(numbered(1)) == admission::full));
        BOOST_TEST(queue.size() == capacity);
        BOOST_TEST(queue.capacity() == capacity);
        intake_entry entry;
        BOOST_TEST(queue.pop(entry));
        BOOST_TEST(taken(queue.push(numbered(1))));
        BOOST_TEST((queue.push(numbered(1)) == admission::full));
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
            BOOST_TEST_REQUIRE(taken(queue.push(numbered(in++))));
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
            for (std::uintptr_t i = 0; i < per_thread; ++i)
                while (!taken(queue.push(numbered(t * per_thread + i))))
                    std::this_thread::yield();
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
    BOOST_TEST(taken(queue.push(numbered(1))));
    queue.close();
    queue.close();
    BOOST_TEST((queue.push(numbered(2)) == admission::closed));
    BOOST_TEST(queue.size() == 1u);
    intake_entry entry;
    BOOST_TEST_REQUIRE(queue.pop(entry));
    BOOST_TEST(number_of(entry) == 1u);
    BOOST_TEST(!queue.pop(entry));
    BOOST_TEST(queue.size() == 0u);
    BOOST_TEST((queue.push(numbered(3)) == admission::closed));
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
                for (admission what; (what = queue.push(numbered(1))) != admission::closed;)
                    if (taken(what))
                        ++accepted;
                    else
                        std::this_thread::yield();
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
