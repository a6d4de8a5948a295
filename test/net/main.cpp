#define BOOST_TEST_MODULE thump_net
#include <boost/test/unit_test.hpp>
