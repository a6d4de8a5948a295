// Tells operators which subscribers are slow.
#pragma once

#include <net/journal.hpp>
#include <net/protocol.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace thump::net {

struct subscriber;

/// Looks at subscribers now and then, and writes a line when one is found to be slow (see
/// `core::backlog::slow`), when it has recovered, and when it left without recovering.
class slow_watch {
public:
    explicit slow_watch(journal& to) noexcept : journal_{to} {}

    /// Looks at a subscriber.
    void look_at(subscriber const& s, steady_time now);

    /// The subscriber is about to go; what it has not read is still queued.
    void forget(subscriber const& s);

    /// Tells how many lines were left out.
    void on_tick(steady_time now);

private:
    struct slow_one {
        std::string who;
        std::uint64_t dropped_before;
    };

    void write(log_level level, std::string_view line, steady_time now);

    journal& journal_;
    log_budget budget_;
    std::unordered_map<std::uint64_t, slow_one> slow_;   // by subscriber's id
};

}   // namespace thump::net
