// The request-target and its query (RFC 9112 section 3.2, RFC 3986).
//
//     request-target = origin-form / absolute-form / asterisk-form
//     origin-form    = 1*( "/" segment ) [ "?" query ]
//     absolute-form  = ( "http" / "https" ) "://" authority *( "/" segment ) [ "?" query ]
//     asterisk-form  = "*"
//     query          = [ pair *( "&" pair ) ]
//     pair           = name [ "=" value ]
//
// Wider than RFC 3986 in one thing: any visible ASCII character but "#" may stand unescaped, since
// people type `?types=service.>` and `{}` into curl.
#pragma once

#include <thump/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thump::net {

/// The parts of a request-target, still escaped.
struct request_target {
    std::string_view path = {};                       ///< begins with `/`, or is `*`
    std::optional<std::string_view> query = {};       ///< what follows the `?`
    std::optional<std::string_view> authority = {};   ///< of the absolute-form only
};

/// Takes a request-target apart.
/// @return `errc::bad_request` where it has none of the three forms, or a fragment.
[[nodiscard]] result<request_target> split_target(std::string_view text);

/// Whether `text` may stand in Host: a name or address with an optional port, or nothing at all
/// (RFC 9110 section 7.2).
[[nodiscard]] bool is_valid_host(std::string_view text);

/// Undoes the escapes of unreserved characters, which never needed any (RFC 3986 section 6.2.2.2);
/// `%2F` and its like stay as they are.
/// @param storage keeps the result where it differs from `path`.
/// @return a view of `path` or of `storage`; `errc::bad_request` where a `%` begins no escape.
[[nodiscard]] result<std::string_view> normalize_path(std::string_view path, std::string& storage);

/// A pair of a query, decoded.
struct query_pair {
    std::string name = {};
    std::string value = {};
};

/// Takes a query apart the way that browsers' URLSearchParams writes it: `+` is a space, a pair
/// without `=` has an empty value, empty pairs are skipped. Order and repetitions are kept.
/// @return `errc::bad_request`, naming the parameter, where a `%` begins no escape or the decoded
/// text is no UTF-8.
[[nodiscard]] result<std::vector<query_pair>> parse_query(std::string_view query);

}   // namespace thump::net
