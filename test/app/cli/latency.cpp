#include <app/cli/latency.hpp>

#include <boost/test/unit_test.hpp>

using std::chrono::nanoseconds;
using thump::cli::latency;

BOOST_AUTO_TEST_SUITE(latencies)

BOOST_AUTO_TEST_CASE(quantiles_are_of_what_was_measured)
{
    latency l;
    for (int i = 100; i != 0; --i)
        l.add(nanoseconds{i});
    BOOST_TEST(l.quantile(0).count() == 1);
    BOOST_TEST(l.quantile(0.5).count() == 50);
    BOOST_TEST(l.quantile(0.99).count() == 99);
    BOOST_TEST(l.quantile(1).count() == 100);
}

BOOST_AUTO_TEST_CASE(one_measurement_is_every_quantile)
{
    latency l;
    BOOST_TEST(l.empty());
    l.add(nanoseconds{7});
    for (double const share : {0.0, 0.5, 1.0})
        BOOST_TEST(l.quantile(share).count() == 7);
}

BOOST_AUTO_TEST_SUITE_END()
