// bench_inproc: what the broker costs those who embed it. Prints one line of JSON.
#include "scenarios.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <iostream>

namespace {

boost::json::object flow(std::size_t subscribers, std::size_t events)
{
    auto const f = inproc::measure_flow(subscribers, events);
    return {{"subscribers", subscribers},
            {"events_s", f.events_per_second},
            {"ns_per_delivery", f.ns_per_delivery},
            {"publisher_ns_per_event", f.publisher_ns_per_event},
            {"allocations_per_event", f.allocations_per_event},
            {"refused", f.refused},
            {"delivered", f.delivered},
            {"lost", f.lost}};
}

}   // namespace

int main(int argc, char** argv)
{
    auto const events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    constexpr std::size_t published = 200'000;
    (void)inproc::measure_publish(published);   // the allocator's first pages
    auto const publish = inproc::measure_publish(published);
    boost::json::object const report{
        {"publish_ns", publish.ns_per_event},
        {"publish_allocations", publish.allocations_per_event},
        {"bytes_per_subscriber", inproc::measure_memory(10'000)},
        {"flow", {flow(1, events), flow(10, events), flow(100, events / 10)}},
    };
    std::cout << boost::json::serialize(report) << '\n';
}
