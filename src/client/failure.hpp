// What went wrong between a client and a server, and whether another attempt may help.
#pragma once

#include <thump/error.hpp>

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace thump::client_side {

/// An answer that is no success, from its status and body. The body is a problem (RFC 9457) where
/// it comes from a thump server.
[[nodiscard]] error status_failure(unsigned status, std::string_view body);

/// The close of a WebSocket (RFC 6455, section 7.4).
[[nodiscard]] error close_failure(std::uint16_t code, std::string_view reason);

/// An error of the connection to `authority`.
[[nodiscard]] error connection_failure(boost::system::error_code ec, std::string_view authority);

/// An answer that cannot be understood.
[[nodiscard]] error foreign_answer(std::string_view authority, std::string_view why);

/// Whether the same attempt may succeed later: the connection failed, or the server is busy or on
/// its way down.
[[nodiscard]] bool is_passing(error const& e);

}   // namespace thump::client_side
