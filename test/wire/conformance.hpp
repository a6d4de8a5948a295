// Test cases that are not part of the repository.
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace thump::test {

/// The lines of a file of JSON Lines in the folder that the environment's `THUMP_CONFORMANCE_DIR`
/// names, by default one beside the sources. Without the file there are none, and the test says so.
inline std::vector<boost::json::value> conformance_cases(std::string const& file)
{
    auto const* const given = std::getenv("THUMP_CONFORMANCE_DIR");
    auto const path = std::string{given ? given : THUMP_CONFORMANCE_DIR} + '/' + file;
    std::ifstream in{path};
    std::vector<boost::json::value> cases;
    for (std::string line; std::getline(in, line);)
        cases.push_back(boost::json::parse(line));
    if (cases.empty()) BOOST_TEST_MESSAGE("skipped: there is no " << path);
    return cases;
}

}   // namespace thump::test
