// The answer to `POST /v1/events`, as JSON.
#pragma once

#include <thump/event_ptr.hpp>
#include <thump/receipt.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>

namespace thump::net {

/// What became of the events of one request, in their order.
class publish_report {
public:
    /// @param epoch Must outlive the report.
    /// @param events How many will be added.
    publish_report(std::string const& epoch, std::size_t events);

    /// @param counts What became of the event, or null where nobody asked.
    void add(boost::system::error_code ec, receipt const& r, detail::delivery_counts const* counts);

    [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }

    /// Why the last refused event was refused.
    [[nodiscard]] boost::system::error_code why() const noexcept { return why_; }

    [[nodiscard]] std::string text() const;

private:
    std::string const& epoch_;
    std::size_t accepted_ = 0;
    std::size_t refused_ = 0;
    boost::system::error_code why_;
    std::string events_;
};

}   // namespace thump::net
