// An HTTP/1 request, as views of the bytes that its parser keeps.
#pragma once

#include <net/target.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace thump::net {

/// The methods that RFC 9110 and RFC 5789 name; any other token is `other`.
enum class http_method { get, head, post, put, delete_, options, patch, trace, connect, other };

/// A field line of the head; the name is spelled as it was sent.
struct http_field {
    std::string_view name = {};
    std::string_view value = {};   ///< without the white space around it

    /// Whether it has that name, in any case.
    [[nodiscard]] bool is(std::string_view other) const noexcept
    {
        return name.size() == other.size() && boost::beast::iequals(name, other);
    }
};

/// A request whose framing, target and Host have been checked. Every view lives as long as the
/// parser keeps the request.
struct http_request {
    http_method method = http_method::other;
    std::string_view method_text = {};
    std::string_view target = {};      ///< as sent
    request_target parts = {};         ///< of the target
    std::string_view authority = {};   ///< host and port meant: the target's, else Host's
    int version = 11;                  ///< 10 or 11
    bool keep_alive = false;           ///< whether the connection may serve another request
    std::vector<http_field> fields = {};
    std::string_view body = {};   ///< with the chunks joined

    /// The first field of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const
    {
        auto const found = std::ranges::find_if(fields, [&](auto const& f) { return f.is(name); });
        if (found == fields.end()) return std::nullopt;
        return found->value;
    }

    /// How many fields there are of that name, in any case.
    [[nodiscard]] std::size_t count(std::string_view name) const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(fields, [&](auto const& f) { return f.is(name); }));
    }

    /// Whether a field that is a comma-separated list has that token, as in `lists("Connection",
    /// "Upgrade")`. All fields of the name count, in any case.
    [[nodiscard]] bool lists(std::string_view name, std::string_view token) const
    {
        return std::ranges::any_of(fields, [&](auto const& f) {
            return f.is(name) && boost::beast::http::token_list{f.value}.exists(token);
        });
    }
};

}   // namespace thump::net
