// fanload: loads a publish-subscribe server on this machine and measures what it costs.
//
// Prints one line of JSON. Exit status: 0, or 1 where the server did not do its part; then the line
// says what was wrong.
#include "options.hpp"
#include "run.hpp"

#include <boost/json/serialize.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <exception>
#include <iostream>

namespace {

void prepare_process()
{
    prctl(PR_SET_TIMERSLACK, 1000ul, 0ul, 0ul, 0ul);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

}   // namespace

int main(int argc, char** argv)
{
    auto const options = load::parse_options(argc, argv);
    prepare_process();
    try {
        load::run run{options};
        std::cout << boost::json::serialize(run.measure()) << '\n';
        return 0;
    } catch (std::exception const& e) {
        boost::json::object failure{{"label", options.label}, {"error", e.what()}};
        std::cout << boost::json::serialize(failure) << '\n';
        return 1;
    }
}
