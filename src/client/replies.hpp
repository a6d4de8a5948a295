// What a server answers to a client's requests, as the client reads it.
//
// Members that this version does not know are passed over; a member that is missing, or of another
// JSON type, is `errc::protocol_error`.
#pragma once

#include <client/http_pipe.hpp>

#include <thump/client_results.hpp>

#include <string>

namespace thump::client_side {

/// `{"epoch":…,"accepted":…,"refused":…,"events":[{"id":…,"seq":…} / {"error":…},…]}`. An answer
/// that refuses the whole batch for want of room (503) is read as the error that it is.
[[nodiscard]] result<batch_receipt> read_batch_receipt(http_reply reply);

/// As `read_batch_receipt`, of one event.
[[nodiscard]] result<receipt> read_receipt(http_reply reply);

/// `{"epoch":…,"events":[…],"first_seq":…,"last_seq":…,"cursor":…,"more":…}`
[[nodiscard]] result<history_page> read_history_page(http_reply reply);

/// `{"strict":…,"types":[{"type":…,"published_when":…,"subscribers":…,"metadata":[…]},…]}`
[[nodiscard]] result<remote_catalog> read_catalog(http_reply reply);

/// `{"epoch":…,"last_seq":…,"published":…,…,"intake":{…},"ledger":{…}}`
[[nodiscard]] result<remote_stats> read_stats(http_reply reply);

/// `{"subscribers":[{"id":…,"transport":…,…,"ledger":{…}},…]}`
[[nodiscard]] result<remote_subscribers> read_subscribers(http_reply reply);

}   // namespace thump::client_side
