#include <net/origin.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/system/error_code.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>

namespace thump::net {
namespace {

using boost::beast::iequals;

// Host and port, less the port that the scheme implies.
std::string_view without_port(std::string_view authority, std::string_view default_port) noexcept
{
    return authority.ends_with(default_port)
               ? authority.substr(0, authority.size() - default_port.size())
               : authority;
}

bool same_authority(std::string_view a, std::string_view b, std::string_view default_port) noexcept
{
    return iequals(without_port(a, default_port), without_port(b, default_port));
}

std::string_view host_of(std::string_view authority) noexcept
{
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

// Names without a dot belong to nobody on the Internet, and browsers themselves resolve localhost.
bool cannot_be_owned(std::string_view host)
{
    if (host.ends_with('.')) host.remove_suffix(1);
    auto const dot = host.rfind('.');
    if (dot == std::string_view::npos || iequals(host.substr(dot), ".localhost")) return true;
    boost::system::error_code no_address;
    boost::asio::ip::make_address_v4(host, no_address);
    return !no_address;
}

// A proxy may end TLS before this server, so https is as good as http.
bool is_own(std::string_view origin, std::string_view authority) noexcept
{
    constexpr std::string_view http = "http://";
    constexpr std::string_view https = "https://";
    if (authority.empty()) return false;
    if (iequals(origin.substr(0, http.size()), http))
        return same_authority(origin.substr(http.size()), authority, ":80");
    if (iequals(origin.substr(0, https.size()), https))
        return same_authority(origin.substr(https.size()), authority, ":443");
    return false;
}

}   // namespace

bool is_origin(std::string_view text)
{
    if (text == "*") return true;
    auto const u = boost::urls::parse_absolute_uri(text);
    return u && u->has_authority() && !u->has_userinfo() && u->encoded_path().empty() &&
           !u->has_query();
}

origin_policy::origin_policy(std::span<std::string const> allowed)
{
    for (std::string_view origin : allowed) {
        if (origin.ends_with('/')) origin.remove_suffix(1);
        if (origin == "*")
            any_ = true;
        else
            allowed_.emplace_back(origin);
    }
}

bool origin_policy::lists(std::string_view origin) const
{
    return std::ranges::any_of(allowed_, [&](auto const& a) { return iequals(a, origin); });
}

bool origin_policy::allows(http_request const& request) const
{
    auto const origin = request.field("Origin");
    if (!origin || any_) return true;
    if (request.count("Origin") > 1) return false;
    return lists(*origin) || (is_own(*origin, request.authority) && trusts_host(request.authority));
}

bool origin_policy::trusts_host(std::string_view authority) const
{
    if (any_) return true;
    auto const host = host_of(authority);
    if (host.starts_with('[') || cannot_be_owned(host)) return true;
    return std::ranges::any_of(allowed_, [&](std::string_view a) {
        auto const slashes = a.find("//");
        return slashes != std::string_view::npos && iequals(host_of(a.substr(slashes + 2)), host);
    });
}

cors_answer origin_policy::answer(http_request const& request) const
{
    if (any_) return {"*", false};
    // Caches must know that the answer depends on Origin even where this request has none.
    cors_answer fields{{}, !allowed_.empty()};
    auto const origin = request.field("Origin");
    if (origin && allows(request)) fields = {*origin, true};
    return fields;
}

}   // namespace thump::net
