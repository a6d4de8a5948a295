// A connection that publishes events.
#pragma once

#include "connection.hpp"
#include "histogram.hpp"
#include "options.hpp"
#include "payload.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace load {

/// What publishers of HTTP were answered.
struct answers {
    std::uint64_t count = 0;
    std::uint64_t refusals = 0;   ///< statuses from 300 up
    histogram time;
};

class publisher final : public connection {
public:
    /// @param o,events,heard Must outlive it.
    publisher(poller& p, options const& o, payload const& events, answers& heard, unsigned index);

    [[nodiscard]] bool can_publish() const noexcept;

    /// Adds an event to what waits to be sent.
    void publish(event_number number, std::uint64_t due);

private:
    std::size_t on_bytes(std::span<char const> bytes) override;
    void on_open() override;
    void on_closed() override {}

    void append_post(std::string_view event);
    std::size_t read_frames(std::span<char const> bytes);
    std::size_t read_responses(std::string_view text);
    void on_response(int status);

    options const& options_;
    payload const& payload_;
    answers& heard_;
    unsigned const index_;
    std::deque<std::uint64_t> asked_;   // when the requests under way were due
};

}   // namespace load
