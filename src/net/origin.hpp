// Which web pages may talk to the server (RFC 6454, WHATWG Fetch "CORS protocol").
//
//     Origin = "null" / scheme "://" host [ ":" port ]
//
// Browsers set Origin and pages cannot forge it, so this keeps foreign pages from using a visitor's
// access. Programs that are no browser send none, and are not concerned.
//
// That Origin and Host are the same proves nothing by itself: whoever owns a domain can have it
// resolve to 127.0.0.1, and the visitor's browser then takes this server for his page's own (DNS
// rebinding). But the Host still has his name. So a server is taken by its word only where nobody
// else can own what it was called: an address, a name without a dot, a name that the operator
// listed.
#pragma once

#include <net/http_request.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thump::net {

/// What a response tells the browser about its origin.
struct cors_answer {
    std::string_view allow_origin = {};   ///< Access-Control-Allow-Origin; empty: leave it out
    bool vary = false;                    ///< whether `Vary: Origin` is due
};

/// Whether text can be listed: `*`, or an origin as browsers write it.
[[nodiscard]] bool is_origin(std::string_view text);

/// Decides by the configured list of origins.
class origin_policy {
public:
    /// @param allowed origins as browsers write them, `https://example.org:8443`; `*` allows all.
    explicit origin_policy(std::span<std::string const> allowed);

    /// Whether the request may be served: it has no Origin, or one that is allowed, or one that is
    /// the server's own by a host that is trusted. More than one Origin is none allowed.
    [[nodiscard]] bool allows(http_request const& request) const;

    /// Whether no foreign page can be behind a request to this host.
    /// @param authority host and optional port; empty, as browsers never send it, is trusted.
    [[nodiscard]] bool trusts_host(std::string_view authority) const;

    /// The response's CORS fields; the views are of the request. Credentials are never allowed
    /// together with `*`: an origin is echoed unless all are allowed.
    [[nodiscard]] cors_answer answer(http_request const& request) const;

private:
    [[nodiscard]] bool lists(std::string_view origin) const;

    bool any_ = false;
    std::vector<std::string> allowed_;   // without a trailing slash
};

}   // namespace thump::net
