// What the server has to refuse, counted and told.
#pragma once

#include <core/count.hpp>
#include <net/journal.hpp>
#include <net/protocol.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thump::detail {
class broker_impl;
}

namespace thump::net {

/// Counts what is refused for want of room, and writes a line about each kind: soon after the
/// first, and from then on once in a while with the number since.
/// Thread safety: the counts from any thread, the rest on the broker's strand.
class refusals {
public:
    /// How often one kind is told of, at most.
    static constexpr std::chrono::seconds interval{10};

    refusals(journal& to, detail::broker_impl const& broker, std::size_t max_connections) noexcept;

    /// A connection was turned away.
    void connection_refused() noexcept { connections_.add(); }

    /// A connection could not be accepted.
    void accept_failed(boost::system::error_code why) noexcept;

    /// Tells of what is due.
    void on_tick(steady_time now);

    /// Tells of what was not told yet.
    void finish();

    [[nodiscard]] core::count const& connections() const noexcept { return connections_; }
    [[nodiscard]] core::count const& accepts() const noexcept { return accepts_; }

private:
    struct told {
        std::uint64_t so_far = 0;
        steady_time next{};
    };

    void tell(told& of, std::string_view what, std::uint64_t total, steady_time now,
              std::string const& why);

    journal& journal_;
    detail::broker_impl const& broker_;
    std::size_t const max_connections_;
    core::count connections_;
    core::count accepts_;
    boost::system::error_code why_not_accepted_;
    told events_told_;
    told subscriptions_told_;
    told connections_told_;
    told accepts_told_;
};

}   // namespace thump::net
