#define BOOST_TEST_MODULE thump_core
#include <boost/test/unit_test.hpp>
