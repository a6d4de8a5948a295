#define BOOST_TEST_MODULE thump_fuzz
#include <boost/test/unit_test.hpp>
