#define BOOST_TEST_MODULE thump_client
#include <boost/test/unit_test.hpp>
