#define BOOST_TEST_MODULE thump_wire
#include <boost/test/unit_test.hpp>
