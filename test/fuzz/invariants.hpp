// What must hold for any bytes at all.
#pragma once

#include <string>
#include <string_view>

namespace thump::test {

// Each returns what does not hold, in a sentence; nothing where all does.

/// An event that is read and written is the same when it is read again, and stays in one line; a
/// batch of one is that one; what is JSON is what an independent parser says it is.
[[nodiscard]] std::string broken_event_json(std::string_view input);

/// A CloudEvent that is read and written is the same when it is read again, and what was written of
/// an event is a CloudEvent; a batch of one is that one.
[[nodiscard]] std::string broken_cloud_event(std::string_view input);

/// Header fields and a body, a line each, that make a CloudEvent make a good one.
[[nodiscard]] std::string broken_cloud_message(std::string_view input);

/// A message, good or bad, can be answered in JSON; a subscription that is told can be asked for.
[[nodiscard]] std::string broken_client_message(std::string_view input);

/// A stream means the same however it is cut.
[[nodiscard]] std::string broken_ws_reader(std::string_view input);

}   // namespace thump::test
