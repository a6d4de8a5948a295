#define BOOST_TEST_MODULE thump_allocations
#include <boost/test/unit_test.hpp>
