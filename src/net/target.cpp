#include <net/target.hpp>

#include <wire/utf8.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <utility>

namespace thump::net {
namespace {

namespace urls = boost::urls;

error fault(std::string detail)
{
    return {make_error_code(errc::bad_request), std::move(detail), {}, {}, {}};
}

bool is_target_char(char c) noexcept
{
    return c > ' ' && c < '\x7f' && c != '#';
}

// What follows the scheme's "://", or nothing where the target is not in absolute-form.
std::optional<std::string_view> after_scheme(std::string_view text) noexcept
{
    for (std::string_view const scheme : {"http://", "https://"})
        if (boost::beast::iequals(text.substr(0, scheme.size()), scheme))
            return text.substr(scheme.size());
    return std::nullopt;
}

// Most hosts by far; whatever else may be one is left to Boost.URL.
bool is_plain_host(std::string_view text) noexcept
{
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    auto const is_plain = [&](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
               c == '-';
    };
    auto const colon = std::min(text.find(':'), text.size());
    auto const host = text.substr(0, colon);
    auto const port = text.substr(std::min(colon + 1, text.size()));
    bool const has_port = colon < text.size();
    return !host.empty() && std::ranges::all_of(host, is_plain) && (!has_port || !port.empty()) &&
           std::ranges::all_of(port, is_digit) &&
           (port.size() < 5 || (port.size() == 5 && port <= "65535"));
}

// Nothing where an escape is broken or the text is not UTF-8.
std::optional<std::string> decode_form(std::string_view text)
{
    auto const escaped = urls::make_pct_string_view(text);
    if (!escaped) return std::nullopt;
    urls::encoding_opts form;
    form.space_as_plus = true;
    auto decoded = escaped->decode(form);
    if (!wire::is_valid_utf8(decoded)) return std::nullopt;
    return decoded;
}

}   // namespace

result<request_target> split_target(std::string_view text)
{
    if (!std::ranges::all_of(text, is_target_char))
        return fault("the request target has a fragment or a character that must be escaped");
    request_target parts;
    if (text == "*") {
        parts.path = text;
        return parts;
    }
    if (!text.starts_with('/')) {
        auto const rest = after_scheme(text);
        if (!rest) return fault("the request target is neither a path nor an absolute http URI");
        parts.authority = rest->substr(0, rest->find_first_of("/?"));
        if (parts.authority->empty() || !is_valid_host(*parts.authority))
            return fault("the request target has an invalid authority");
        text = rest->substr(parts.authority->size());
    }
    auto const mark = text.find('?');
    parts.path = text.substr(0, mark);
    if (parts.path.empty()) parts.path = "/";
    if (mark != std::string_view::npos) parts.query = text.substr(mark + 1);
    return parts;
}

bool is_valid_host(std::string_view text)
{
    if (is_plain_host(text)) return true;
    auto authority = urls::parse_authority(text);
    // Boost.URL 1.81 takes the beginning of 127.0.0.1.example for an address, and fails on the
    // rest.
    std::string name;
    if (!authority && !text.starts_with('['))
        authority = urls::parse_authority(name.append("x").append(text));
    return authority && !authority->has_userinfo();
}

result<std::string_view> normalize_path(std::string_view path, std::string& storage)
{
    if (path.find('%') == std::string_view::npos) return path;
    if (!urls::make_pct_string_view(path)) return fault("the path has a '%' that begins no escape");
    storage.clear();
    for (std::size_t at = 0; at < path.size();) {
        auto const size = path[at] == '%' ? std::size_t{3} : std::size_t{1};
        auto const unit = path.substr(at, size);
        auto const plain = urls::make_pct_string_view(unit)->decode();
        bool const unreserved = urls::unreserved_chars(static_cast<unsigned char>(plain.front()));
        storage += unreserved ? std::string_view{plain} : unit;
        at += size;
    }
    return std::string_view{storage};
}

result<std::vector<query_pair>> parse_query(std::string_view query)
{
    std::vector<query_pair> pairs;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        auto const pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;

        auto const equals = std::min(pair.find('='), pair.size());
        auto const written = pair.substr(0, equals);
        auto name = decode_form(written);
        auto value = decode_form(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            return fault("query parameter '" + (name ? *name : std::string{written}) +
                         "' is not percent-encoded UTF-8");
        pairs.push_back({std::move(*name), std::move(*value)});
    }
    return pairs;
}

}   // namespace thump::net
