// HTTP as a client reads it.
#pragma once

#include <support/peer.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace thump::test {

/// A response with a length.
struct http_reply {
    int status = 0;
    std::string head = {};
    std::string body = {};

    /// A header field's value, or nothing.
    [[nodiscard]] std::string field(std::string_view name) const;

    /// The body as a JSON object.
    [[nodiscard]] boost::json::object json() const;
};

/// Reads up to the end of a head.
http_reply read_head(peer& from);

/// Reads a whole response. Requires: it has a Content-Length, or no body.
http_reply read_reply(peer& from);

/// A GET request. @param fields More header fields, each with its CRLF.
[[nodiscard]] std::string get_request(std::string_view target, std::string_view fields = {});

/// A POST request of JSON.
[[nodiscard]] std::string post_request(std::string_view body);

}   // namespace thump::test
