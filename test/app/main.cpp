#define BOOST_TEST_MODULE thump_app
#include <boost/test/unit_test.hpp>
