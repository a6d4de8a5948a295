// Feeding a WebSocket reader in pieces.
#pragma once

#include <wire/ws_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace thump::test {

/// What a reader found in a stream, one line each: `text abc`, `close 1000 bye`, `failure 1002`.
struct ws_transcript {
    std::string lines;
    bool ended = false;

    void add(wire::ws_received const& r)
    {
        using kind = wire::ws_received::kind;
        static constexpr std::string_view names[] = {"nothing", "text",  "binary", "ping",
                                                     "pong",    "close", "failure"};
        lines += names[static_cast<std::size_t>(r.what)];
        if (r.code != 0) lines += ' ' + std::to_string(r.code);
        if (r.what != kind::failure && !r.payload.empty()) lines += ' ' + std::string{r.payload};
        lines += '\n';
        ended = r.what == kind::close || r.what == kind::failure;
    }
};

/// Reads a stream in pieces whose sizes `next_size` gives.
template <class NextSize>
std::string read_in_pieces(std::string_view stream, wire::ws_reader::options const& o,
                           NextSize next_size)
{
    wire::ws_reader reader{o};
    ws_transcript found;
    while (!stream.empty()) {
        // Each piece has memory of its own, so that nothing can lean on an earlier one.
        std::string piece{stream.substr(0, next_size())};
        stream.remove_prefix(piece.size());
        std::span<char> bytes{piece};
        for (;;) {
            auto const r = reader.next(bytes);
            if (r.what == wire::ws_received::kind::nothing) break;
            found.add(r);
        }
    }
    return found.lines;
}

inline std::string read_whole(std::string_view stream, wire::ws_reader::options const& o = {})
{
    return read_in_pieces(stream, o, [&] { return stream.size(); });
}

inline std::string read_bytewise(std::string_view stream, wire::ws_reader::options const& o = {})
{
    return read_in_pieces(stream, o, [] { return std::size_t{1}; });
}

inline std::string read_in_random_pieces(std::string_view stream, std::uint32_t seed,
                                         wire::ws_reader::options const& o = {})
{
    std::minstd_rand random{seed};
    std::size_t const largest = 1 + random() % std::max<std::size_t>(2, stream.size());
    return read_in_pieces(stream, o, [&] { return 1 + random() % largest; });
}

}   // namespace thump::test
