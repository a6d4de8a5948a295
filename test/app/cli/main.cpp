#define BOOST_TEST_MODULE thump_cli
#include <boost/test/unit_test.hpp>
