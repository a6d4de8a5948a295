// bench_inproc: what the broker costs those who embed it. Prints one line of JSON.
#include "scenarios.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <iostream>

namespace {

constexpr std::size_t one_by_one = 1;
constexpr std::size_t batch = 32;

boost::json::object flow(std::size_t subscribers, std::size_t events, std::size_t in_batches_of)
{
    auto const f = inproc::measure_flow(subscribers, events, in_batches_of);
    return {{"subscribers", subscribers},
            {"batch", in_batches_of},
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
    (void)inproc::measure_publish(published, one_by_one);   // the allocator's first pages
    auto const publish = inproc::measure_publish(published, one_by_one);
    auto const publish_batch = inproc::measure_publish(published, batch);
    boost::json::object const report{
        {"publish_ns", publish.ns_per_event},
        {"publish_batch_ns", publish_batch.ns_per_event},
        {"publish_allocations", publish.allocations_per_event},
        {"bytes_per_subscriber", inproc::measure_memory(10'000)},
        {"flow",
         {flow(1, events, one_by_one), flow(1, events, batch), flow(10, events, one_by_one),
          flow(100, events / 10, one_by_one)}},
    };
    std::cout << boost::json::serialize(report) << '\n';
}
