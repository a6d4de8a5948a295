#include <client/endpoint.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <system_error>

namespace thump::client_side {
namespace {

[[noreturn]] void refuse(std::string_view url, std::string_view why)
{
    throw std::invalid_argument{"the URL '" + std::string{url} + "' " + std::string{why} +
                                "; expected one like 'http://127.0.0.1:8080'"};
}

bool is_port(std::string_view text)
{
    std::uint16_t number = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc{} && end == text.data() + text.size() && number != 0;
}

}   // namespace

endpoint parse_endpoint(std::string_view url)
{
    auto const text =
        url.find("://") == std::string_view::npos ? "http://" + std::string{url} : std::string{url};
    auto const parsed = boost::urls::parse_uri(text);
    if (!parsed) refuse(url, "cannot be read");
    auto const scheme = parsed->scheme();
    if (scheme == "https" || scheme == "wss") refuse(url, "asks for TLS, which is not supported");
    if (scheme != "http" && scheme != "ws") refuse(url, "is of another scheme than http");
    if (parsed->has_userinfo()) refuse(url, "holds a user name; use a token instead");
    if (parsed->has_query() || parsed->has_fragment()) refuse(url, "has more than a path");

    endpoint made;
    made.host = parsed->host_address();
    if (made.host.empty()) refuse(url, "names no host");
    made.port = parsed->has_port() ? std::string{parsed->port()} : "80";
    if (!is_port(made.port)) refuse(url, "has no usable port");
    made.authority = parsed->encoded_host_and_port();
    made.prefix = parsed->encoded_path();
    while (made.prefix.ends_with('/'))
        made.prefix.pop_back();
    return made;
}

}   // namespace thump::client_side
