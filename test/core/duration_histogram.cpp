#include <core/duration_histogram.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>

using namespace std::chrono_literals;
using thump::core::duration_histogram;

namespace {

std::size_t bucket_of(std::chrono::nanoseconds d)
{
    duration_histogram h;
    h.observe(d);
    auto const now = h.read();
    for (std::size_t i = 0; i < now.counts.size(); ++i)
        if (now.counts[i] == 1) return i;
    return SIZE_MAX;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(core_duration_histogram)

BOOST_AUTO_TEST_CASE(bounds_belong_to_their_bucket)
{
    auto const last = duration_histogram::bounds.size();
    BOOST_TEST(bucket_of(0ns) == 0u);
    BOOST_TEST(bucket_of(1us) == 0u);
    BOOST_TEST(bucket_of(1001ns) == 1u);
    BOOST_TEST(bucket_of(10us) == 3u);
    BOOST_TEST(bucket_of(1s) == last - 4);
    BOOST_TEST(bucket_of(10s) == last - 1);
    BOOST_TEST(bucket_of(10s + 1ns) == last);
    BOOST_TEST(bucket_of(24h) == last);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_counts_as_zero)
{
    BOOST_TEST(bucket_of(-1h) == 0u);
    duration_histogram h;
    h.observe(-1h);
    BOOST_TEST(h.read().sum_seconds == 0.0);
}

BOOST_AUTO_TEST_CASE(many_of_one_size_are_counted_at_once_and_snapshots_add_up)
{
    duration_histogram one;
    one.observe(2ms, 1000);
    one.observe(3s);
    duration_histogram other;
    other.observe(500ms);
    auto sum = one.read();
    sum += other.read();
    BOOST_TEST(std::accumulate(sum.counts.begin(), sum.counts.end(), std::uint64_t{0}) == 1002u);
    BOOST_TEST(sum.sum_seconds == 5.5, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
