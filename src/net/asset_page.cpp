#include <net/asset_page.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace thump::net {
namespace {

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// Whether `If-None-Match` lists the tag, or any; weak tags too, which a proxy makes of ours when it
// compresses (RFC 9110, section 13.1.2). Ours hold neither commas nor quotes inside.
bool lists(std::string_view if_none_match, std::string_view tag)
{
    constexpr std::string_view blank = " \t";
    for (;;) {
        auto const comma = if_none_match.find(',');
        auto one = if_none_match.substr(0, comma);
        one.remove_prefix(std::min(one.find_first_not_of(blank), one.size()));
        one = one.substr(0, one.find_last_not_of(blank) + 1);
        if (one == "*") return true;
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag) return true;
        if (comma == std::string_view::npos) return false;
        if_none_match.remove_prefix(comma + 1);
    }
}

}   // namespace

http_response make_asset_page(asset const& found, http_request const& request)
{
    http_response response;
    response.content_type = found.content_type;
    response.cache_control = "no-cache";
    response.fields.push_back({"ETag", std::string{found.etag}});
    if (lists(request.field("If-None-Match").value_or(""), found.etag))
        response.status = 304;
    else
        response.body = found.content;
    response.fields.push_back({"Content-Security-Policy", std::string{content_security_policy}});
    response.fields.push_back({"Referrer-Policy", "no-referrer"});
    return response;
}

}   // namespace thump::net
