#include "options.hpp"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>

#include <map>

namespace load {
namespace {

transport transport_of(std::string const& scheme)
{
    if (scheme == "ws") return transport::websocket;
    if (scheme == "http") return transport::http;
    if (scheme == "tcp") return transport::tcp;
    throw CLI::ValidationError{"the scheme must be ws, http or tcp"};
}

endpoint parse_endpoint(std::string const& url)
{
    auto const scheme_end = url.find("://");
    if (scheme_end == std::string::npos) throw CLI::ValidationError{"'" + url + "' is no URL"};
    endpoint made;
    made.via = transport_of(url.substr(0, scheme_end));
    auto const rest = url.substr(scheme_end + 3);
    auto const authority = rest.substr(0, rest.find('/'));
    made.path = rest.size() > authority.size() ? rest.substr(authority.size()) : "/";
    made.host = authority;
    auto const colon = authority.find(':');
    if (colon == std::string::npos) throw CLI::ValidationError{"'" + url + "' has no port"};
    made.port = static_cast<std::uint16_t>(std::stoi(authority.substr(colon + 1)));

    in_addr address{};
    bool const numeric = inet_pton(AF_INET, authority.substr(0, colon).c_str(), &address) == 1;
    made.address = ntohl(address.s_addr);
    if (!numeric || made.address >> 24 != 127)
        throw CLI::ValidationError{"'" + url + "' is not on the loopback network"};
    return made;
}

void check(options const& o)
{
    if (o.publishes && (o.window > 0) == (o.rate > 0))
        throw CLI::ValidationError{"publishing wants either --window or --rate"};
    if (o.slow > o.subscribers) throw CLI::ValidationError{"--slow cannot be more than --subs"};
}

}   // namespace

options parse_options(int argc, char** argv)
{
    options o;
    CLI::App app{"Loads a publish-subscribe server on this machine and measures what it costs."};
    app.add_option_function<std::string>(
           "--url", [&](auto const& url) { o.subscribe_at = parse_endpoint(url); },
           "where to subscribe: ws://, http:// (server-sent events), tcp://")
        ->required();
    app.add_option_function<std::string>(
        "--pub-url",
        [&](auto const& url) {
            o.publish_at = parse_endpoint(url);
            o.publishes = true;
        },
        "where to publish: ws://, http:// (POST), tcp://; without it subscribers stay idle");
    std::map<std::string, dialect> const dialects{{"plain", dialect::plain},
                                                  {"nats", dialect::nats},
                                                  {"mqtt", dialect::mqtt},
                                                  {"resp", dialect::resp}};
    app.add_option("--speak", o.speak, "what is spoken there")
        ->transform(CLI::CheckedTransformer{dialects});
    app.add_option("--topic", o.topic);
    app.add_option("--proto", o.subprotocol, "WebSocket subprotocol to ask for");
    app.add_flag("--deflate", o.deflate, "offer compression, each message on its own");
    app.add_option("--subs", o.subscribers)->check(CLI::NonNegativeNumber);
    app.add_option("--pubs", o.publishers)->check(CLI::PositiveNumber);
    app.add_option("--conc", o.handshakes, "handshakes under way at a time");
    app.add_option("--src-count", o.source_count, "connect from 127.0.0.2, 127.0.0.3, … in turn");
    app.add_option("--slow", o.slow, "the last of the subscribers stop reading");
    app.add_option("--slow-rcvbuf", o.slow_receive_buffer, "and have receive buffers of this size");
    app.add_option("--size", o.event_bytes, "bytes of an event as it is published");
    app.add_option("--window", o.window, "closed loop: events in flight")
        ->check(CLI::Range(1, 32'768));
    app.add_option("--rate", o.rate, "open loop: events per second")->check(CLI::PositiveNumber);
    app.add_option("--pipeline", o.pipeline, "requests under way on a connection that posts");
    app.add_option("--secs", o.seconds);
    app.add_option("--drain", o.drain_seconds, "how long to wait for events still under way");
    app.add_option("--settle", o.settle_seconds, "rest between connecting and measuring memory");
    app.add_option("--pid", o.server, "processes of the server")->delimiter(',');
    app.add_option("--label", o.label);
    try {
        app.parse(argc, argv);
        check(o);
    } catch (CLI::ParseError const& e) {
        std::exit(app.exit(e));
    }
    return o;
}

}   // namespace load
