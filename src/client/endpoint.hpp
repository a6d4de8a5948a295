// Where a server is.
#pragma once

#include <string>
#include <string_view>

namespace thump::client_side {

/// The parts of a server's URL.
struct endpoint {
    std::string host;   ///< a name or an address, without brackets
    std::string port;   ///< in decimal
    std::string
        authority;        ///< for the `Host` field: host, in brackets where it needs them, and port
    std::string prefix;   ///< of every path; empty, or with `/` in front and none behind
};

/// Reads `http://HOST[:PORT][/PREFIX]`, or the same with `ws`. Without a scheme it is `http`.
/// @throw std::invalid_argument It cannot be read; the message says why, and what is expected.
[[nodiscard]] endpoint parse_endpoint(std::string_view url);

}   // namespace thump::client_side
