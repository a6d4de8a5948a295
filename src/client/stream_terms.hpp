// What a welcome says of the stream behind it, beside the record that every connection begins with.
#pragma once

#include <thump/subscription_options.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace thump::client_side {

/// Each empty where the server does not say it.
struct stream_terms {
    std::optional<thump::overflow> overflow;   ///< the policy in effect
    std::optional<std::uint64_t> start;        ///< sequence number after which its events come
};

/// Reads `{"op":"welcome",…,"start":…,"subscription":{…,"overflow":…}}`.
/// @param welcome A record that was already found to be a welcome.
[[nodiscard]] stream_terms read_stream_terms(std::string_view welcome);

}   // namespace thump::client_side
