// Someone who waits to learn the place of an event in the order.
#pragma once

#include <net/parked_handler.hpp>

#include <thump/broker.hpp>

#include <boost/system/error_code.hpp>

namespace thump::detail {

/// Someone who waits for the sequence number of an event in the intake.
struct pending_receipt {
    parked_handler<void(boost::system::error_code, receipt)> handler;
};

}   // namespace thump::detail
