#include <net/origin.hpp>

#include <boost/beast/core/string.hpp>

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
    return lists(*origin) || is_own(*origin, request.authority);
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
