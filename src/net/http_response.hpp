// HTTP/1.1 responses with a body of known length, written into a buffer (RFC 9112 section 4).
//
//     response    = "HTTP/1.1" SP 3DIGIT SP reason-phrase CRLF *( field-line CRLF ) CRLF [ body ]
//     Date        = day-name "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP
//                   "GMT"                              ; IMF-fixdate, RFC 9110 section 5.6.7
#pragma once

#include <net/http_request.hpp>
#include <thump/error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace thump::net {

/// A field of a response. Requires: neither part has a control character.
struct response_field {
    std::string_view name = {};   ///< a literal
    std::string value = {};
};

/// A response. Date, Content-Length, Connection and X-Content-Type-Options are added in writing.
struct http_response {
    int status = 200;
    std::string_view content_type = {};   ///< a literal; empty: there is no Content-Type
    std::string body = {};
    std::string_view cache_control = "no-store";   ///< a literal; empty: there is no Cache-Control
    std::vector<response_field> fields = {};
    bool close = false;       ///< the connection ends with this response
    bool head_only = false;   ///< answers HEAD: the body's length is told, the body is not sent
};

/// Appends a response. The connection stays open unless `response.close` is set or the request
/// asked for its end; HTTP/1.0 is told when it stays.
/// @param request the request answered; its version and keep-alive matter.
/// @param date the time now, by `http_date`.
void append_response(std::string& out, http_response const& response, http_request const& request,
                     std::string_view date);

/// Appends a response to what was no request at all; the connection ends with it.
void append_final_response(std::string& out, http_response const& response, std::string_view date);

/// What a peer that sent `Expect: 100-continue` is told before it sends the body.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

/// A time as Date writes it: `Sun, 06 Nov 1994 08:49:37 GMT`. Requires: a year from 0000 to 9999.
[[nodiscard]] std::string http_date(std::chrono::sys_seconds time);

/// The status of an error, by the one table; 500 for errors of other categories.
[[nodiscard]] int http_status(error const& e) noexcept;

/// `application/problem+json` (RFC 9457) with the error's status.
[[nodiscard]] http_response make_problem(error const& e);

/// 405 with `Allow`.
/// @param allow the resource's methods, `GET, HEAD`.
[[nodiscard]] http_response make_method_not_allowed(std::string_view allow);

/// 415 for a body that is compressed: none is read here (RFC 9110 section 15.5.16).
[[nodiscard]] http_response make_unsupported_coding();

/// 415 with `Accept-Post`, the media types that can be read (W3C Linked Data Platform 7.1.1).
/// @param given the request's Content-Type.
[[nodiscard]] http_response make_unsupported_media_type(std::string_view given,
                                                        std::string_view accept_post);

/// The error's problem, 503 as a rule, with `Retry-After`.
[[nodiscard]] http_response make_retry_later(error const& e, std::chrono::seconds retry_after);

}   // namespace thump::net
