// One measurement: connect, warm up, publish, drain, report.
#pragma once

#include "connection.hpp"
#include "options.hpp"
#include "payload.hpp"
#include "process_figures.hpp"
#include "publisher.hpp"
#include "subscriber.hpp"
#include "tally.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace load {

class run {
public:
    explicit run(options const& o);

    /// Measures, and says what was found. Throws where the server does not do its part.
    boost::json::object measure();

private:
    struct reading {
        process_figures server;
        machine_figures machine;
        double own_cpu = 0;
        std::uint64_t at = 0;
    };

    [[nodiscard]] reading read() const;
    void poll_for(double seconds);
    void connect_subscribers();
    void connect_publishers();
    void warm_up();
    void publish_all();
    void publish_open_loop(std::uint64_t end);
    void publish_closed_loop(std::uint64_t end);
    bool publish_one(std::uint64_t due);
    void flush_publishers();
    void drain();
    void report_memory(reading const& before, reading const& after);
    void report_idle();
    void report_run(reading const& before, reading const& after);
    void report_slow();

    options const& options_;
    payload const payload_;
    poller poller_;
    tally tally_;
    answers answers_;
    std::vector<std::unique_ptr<subscriber>> subscribers_;
    std::vector<std::unique_ptr<publisher>> publishers_;
    boost::json::object report_;
    std::uint64_t started_ = 0;
    std::uint64_t stalls_ = 0;
    std::uint64_t behind_ = 0;   // times that the open loop could not keep its rate
};

}   // namespace load
