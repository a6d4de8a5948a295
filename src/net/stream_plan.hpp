// What a stream was asked for, made ready.
#pragma once

#include <core/backlog.hpp>
#include <wire/stream_request.hpp>

#include <thump/filter.hpp>

#include <memory>
#include <utility>

namespace thump::net {

/// A request and what follows from it. Shared by the subscribers that asked for the same.
struct stream_plan {
    stream_plan(wire::stream_request asked, filter of_it)
        : request{std::move(asked)}
        , wanted{std::move(of_it)}
        , limits{core::backlog_options::from(request.subscription)}
    {
    }

    wire::stream_request const request;
    filter const wanted;
    core::backlog_options const limits;
};

using stream_plan_ptr = std::shared_ptr<stream_plan const>;

}   // namespace thump::net
