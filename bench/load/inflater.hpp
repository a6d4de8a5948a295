// Expands what servers send compressed.
#pragma once

#include <string>
#include <string_view>

struct z_stream_s;

namespace load {

/// Expands messages of permessage-deflate (RFC 7692), each on its own. One for all connections.
class inflater {
public:
    inflater();
    ~inflater();
    inflater(inflater const&) = delete;
    inflater& operator=(inflater const&) = delete;

    /// @return the message, until the next call; empty where it is broken.
    std::string_view expand(std::string_view payload);

private:
    z_stream_s* const stream_;
    std::string message_;
};

}   // namespace load
