// Feeds a stream of bytes to http_parser, cut in every manner, and notes what comes of it.
#pragma once

#include <net/http_parser.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace thump::test {

/// A request, copied out of the parser.
struct seen_request {
    std::string method = {};
    std::string target = {};
    std::string authority = {};
    std::string body = {};
    std::vector<std::string> fields = {};   ///< `name: value`
    int version = 0;
    bool keep_alive = false;

    bool operator==(seen_request const&) const = default;
};

/// What a stream came to.
struct outcome {
    std::vector<seen_request> requests = {};
    net::http_parser::status state = {};
    std::optional<errc> failure = {};
    std::string detail = {};
    bool started = false;

    bool operator==(outcome const&) const = default;
};

inline seen_request copy_of(net::http_request const& r)
{
    seen_request seen{std::string{r.method_text},
                      std::string{r.target},
                      std::string{r.authority},
                      std::string{r.body},
                      {},
                      r.version,
                      r.keep_alive};
    for (auto const& [name, value] : r.fields)
        seen.fields.push_back(std::string{name} + ": " + std::string{value});
    return seen;
}

/// Requires: `piece_size()` is at least 1.
template <class PieceSize>
outcome parse_in_pieces(std::string_view stream, net::http_limits limits, bool half_close,
                        PieceSize piece_size)
{
    using status = net::http_parser::status;
    net::http_parser parser{limits};
    outcome seen;
    while (!stream.empty() && parser.state() != status::failed) {
        auto piece = stream.substr(0, piece_size());
        stream.remove_prefix(piece.size());
        while (!piece.empty() && parser.state() != status::failed) {
            piece.remove_prefix(parser.feed(piece));
            if (parser.state() != status::complete) continue;
            seen.requests.push_back(copy_of(parser.request()));
            parser.next();
        }
    }
    if (half_close) parser.end_of_input();
    seen.state = parser.state();
    seen.started = parser.started();
    if (seen.state == status::failed) {
        seen.failure = static_cast<errc>(parser.failure().code.value());
        seen.detail = parser.failure().detail;
    }
    return seen;
}

/// Parses the stream whole, byte by byte, and in random pieces, and checks that all agree.
inline outcome parse(std::string_view stream, net::http_limits limits = {}, bool half_close = false)
{
    auto const whole =
        parse_in_pieces(stream, limits, half_close, [&] { return stream.size() + 1; });
    auto const bytes = parse_in_pieces(stream, limits, half_close, [] { return std::size_t{1}; });
    BOOST_TEST((bytes == whole),
               "byte by byte differs from whole: " << bytes.detail << " / " << whole.detail);
    std::minstd_rand random{20};
    for (int round = 0; round < 20; ++round) {
        std::uniform_int_distribution<std::size_t> size{1, round % 2 == 0 ? 7u : 300u};
        auto const pieces =
            parse_in_pieces(stream, limits, half_close, [&] { return size(random); });
        BOOST_TEST((pieces == whole),
                   "pieces differ from whole: " << pieces.detail << " / " << whole.detail);
    }
    return whole;
}

}   // namespace thump::test
