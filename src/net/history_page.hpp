// History over plain HTTP: a page of events at a time.
#pragma once

#include <net/http_response.hpp>
#include <wire/stream_request.hpp>

namespace thump::detail {
class broker_impl;
}

namespace thump::net {

/// The answer to `GET /v1/events`: the matching events of history from `since` (else the oldest) up
/// to `until`, at most `limit` (else 100) of them; or 410 where the cursor to go on from is of
/// another epoch or older than history. Requires: the broker's strand.
[[nodiscard]] http_response make_history_page(detail::broker_impl& broker,
                                              wire::stream_request const& request);

}   // namespace thump::net
