#include <app/config_table.hpp>

#include <net/origin.hpp>

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace thump::app {
namespace {

namespace urls = boost::urls;
using namespace std::chrono_literals;

constexpr std::size_t operator""_KiB(unsigned long long n)
{
    return n << 10;
}
constexpr std::size_t operator""_MiB(unsigned long long n)
{
    return n << 20;
}
constexpr std::size_t operator""_GiB(unsigned long long n)
{
    return n << 30;
}

// In the order of the enumerators.
constexpr std::string_view level_names[] = {"debug", "info", "warning", "error"};
constexpr std::string_view format_names[] = {"text", "json"};
constexpr overflow policies[] = {overflow::drop_newest, overflow::drop_oldest, overflow::latest,
                                 overflow::catch_up, overflow::disconnect};
constexpr std::string_view policy_names[] = {"drop_newest", "drop_oldest", "latest", "catch_up",
                                             "disconnect"};

bool is_listen_address(std::string_view text)
{
    auto const a = urls::parse_authority(text);
    if (!a || a->has_userinfo() || !a->has_port()) return false;
    std::uint16_t port = 0;
    std::string_view const digits = a->port();
    auto const [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (wrong != std::errc{} || end != digits.data() + digits.size()) return false;
    return a->host_type() == urls::host_type::ipv4 || a->host_type() == urls::host_type::ipv6;
}

bool is_source(std::string_view text)
{
    return text.empty() || urls::parse_uri_reference(text).has_value();
}

config_key const table[] = {
    {"server", "listen",
     "Address and port to listen on, as in \"127.0.0.1:8080\", \"0.0.0.0:80\", \"[::1]:8080\". "
     "Port "
     "0 takes any free one. THUMP_LISTEN and --listen set it too.",
     text_kind{[](config& c) { return &c.server.listen; }, is_listen_address,
               "a numeric address and a port, as in \"127.0.0.1:8080\" or \"[::1]:0\""}},
    {"server", "allowed_origins",
     "Pages of these origins may connect from a browser; \"*\" allows all. This server's own pages "
     "may where its host is an address, a name without a dot or one of these; on a loopback "
     "address, it answers to these names only.",
     list_kind{[](config& c) { return &c.server.allowed_origins; }, net::is_origin,
               "an origin as in \"https://example.org\", or \"*\""}},
    {"server", "threads",
     "Threads that send to subscribers. More than one help one another whenever an event goes to "
     "many subscribers at once.",
     integer_kind{[](config& c) { return &c.server.threads; }, 1, 64}},
    {"server", "max_connections", "Open connections at most.",
     integer_kind{[](config& c) { return &c.server.max_connections; }, 1, 10'000'000}},
    {"server", "max_header_bytes", "Size of a request's head at most.",
     integer_kind{[](config& c) { return &c.server.max_header_bytes; }, 1_KiB, 1_MiB}},
    {"server", "max_body_bytes", "Size of a request's body at most.",
     integer_kind{[](config& c) { return &c.server.max_body_bytes; }, 1_KiB, 64_MiB}},
    {"server", "max_message_bytes", "Size of a WebSocket message from a client at most.",
     integer_kind{[](config& c) { return &c.server.max_message_bytes; }, 1_KiB, 64_MiB}},
    {"server", "permessage_deflate",
     "Whether WebSockets that offer permessage-deflate are sent compressed events, each compressed "
     "once for all, and may send compressed messages.",
     flag_kind{[](config& c) { return &c.server.permessage_deflate; }}},
    {"server", "max_reply_backlog_bytes",
     "Replies that may wait for a peer that does not read them; above it nothing more is read from "
     "that peer.",
     integer_kind{[](config& c) { return &c.server.max_reply_backlog_bytes; }, 1_KiB, 64_MiB}},
    {"server", "send_buffer_bytes",
     "SO_SNDBUF of each connection: what the kernel takes on a slow reader's behalf before the "
     "queue fills. 0 leaves it to the system.",
     integer_kind{[](config& c) { return &c.server.send_buffer_bytes; }, 0, 64_MiB}},
    {"server", "header_timeout", "From the first byte of a request to the end of its head.",
     milliseconds_kind{[](config& c) { return &c.server.header_timeout; }, 10ms, 1h}},
    {"server", "body_timeout",
     "From the end of a request's head to the end of its body, and from the first byte of a "
     "WebSocket message to its last.",
     milliseconds_kind{[](config& c) { return &c.server.body_timeout; }, 10ms, 1h}},
    {"server", "send_timeout",
     "How long a peer that does not subscribe may leave replies untaken, with one second more for "
     "every 16 KiB of them and of send_buffer_bytes.",
     milliseconds_kind{[](config& c) { return &c.server.send_timeout; }, 10ms, 1h}},
    {"server", "idle_timeout", "How long a connection may stay open without a request.",
     milliseconds_kind{[](config& c) { return &c.server.idle_timeout; }, 10ms, 24h}},
    {"server", "ping_interval", "A WebSocket is sent a ping this often.",
     milliseconds_kind{[](config& c) { return &c.server.ping_interval; }, 10ms, 1h}},
    {"server", "pong_timeout", "A WebSocket whose pong takes longer is closed with code 4009.",
     milliseconds_kind{[](config& c) { return &c.server.pong_timeout; }, 10ms, 1h}},
    {"server", "close_timeout", "How long a WebSocket's peer may take to answer a close.",
     milliseconds_kind{[](config& c) { return &c.server.close_timeout; }, 10ms, 1h}},
    {"server", "heartbeat_interval", "An idle SSE stream is sent a comment this often.",
     milliseconds_kind{[](config& c) { return &c.server.heartbeat_interval; }, 10ms, 1h}},
    {"server", "sse_retry", "After how long browsers reconnect a broken SSE stream.",
     milliseconds_kind{[](config& c) { return &c.server.sse_retry; }, 0ms, 1h}},
    {"server", "drain_timeout",
     "After SIGTERM, how long subscribers may take to read what is queued for them.",
     milliseconds_kind{[](config& c) { return &c.server.drain_timeout; }, 0ms, 1h}},

    {"broker", "intake_capacity",
     "Events that publishers inside the process may have waiting for their sequence number. Those "
     "that arrive on sockets never wait there.",
     integer_kind{[](config& c) { return &c.broker.intake_capacity; }, 1, 1'000'000}},
    {"broker", "max_subscribers", "Subscriptions at most.",
     integer_kind{[](config& c) { return &c.broker.max_subscribers; }, 1, 10'000'000}},
    {"broker", "max_event_bytes", "Size of one event's JSON text at most.",
     integer_kind{[](config& c) { return &c.broker.limits.max_event_bytes; }, 256, 1_MiB}},
    {"broker", "max_json_depth", "Nesting of an event's data at most.",
     integer_kind{[](config& c) { return &c.broker.limits.max_json_depth; }, 1, 256}},
    {"broker", "default_source", "The source of events that name none; \"\" leaves them without.",
     text_kind{[](config& c) { return &c.broker.default_source; }, is_source,
               "a URI-reference, as in \"/warren/node-1\", or \"\""}},
    {"broker", "strict_catalog", "Whether only the event types of GET /v1/types may be published.",
     flag_kind{[](config& c) { return &c.broker.strict_catalog; }}},
    {"broker", "dedup_window",
     "How long an event's id is remembered: an event whose id was published from the same source "
     "within this time is not published again. \"0s\" compares no ids.",
     seconds_kind{[](config& c) { return &c.broker.dedup_window; }, 0s, 24h}},
    {"broker", "max_remembered_ids", "Ids remembered at most.",
     integer_kind{[](config& c) { return &c.broker.max_remembered_ids; }, 1, 10'000'000}},

    {"history", "max_events",
     "Events kept in memory for those who join late or fall behind, at most. 0 keeps none.",
     integer_kind{[](config& c) { return &c.broker.history.max_events; }, 0, 10'000'000}},
    {"history", "max_bytes", "Bytes of events kept, at most; but the newest is kept.",
     integer_kind{[](config& c) { return &c.broker.history.max_bytes; }, 1_KiB, 64_GiB}},
    {"history", "max_age", "How long an event is kept, at most.",
     seconds_kind{[](config& c) { return &c.broker.history.max_age; }, 1s, 8760h}},

    {"subscribers", "queue", "Events queued for a subscriber that asks for no other bound.",
     integer_kind{[](config& c) { return &c.server.subscriber_defaults.queue; }, 1, 1'000'000}},
    {"subscribers", "queue_bytes", "Bytes queued for one subscriber at most.",
     integer_kind{[](config& c) { return &c.server.subscriber_defaults.queue_bytes; }, 1, 1_GiB}},
    {"subscribers", "overflow",
     "What a full queue does with a new event, for subscribers that ask for nothing else.",
     choice_kind{
         [](config& c) {
             auto const* const found =
                 std::ranges::find(policies, c.server.subscriber_defaults.overflow);
             return static_cast<std::size_t>(found - policies);
         },
         [](config& c, std::size_t i) { c.server.subscriber_defaults.overflow = policies[i]; },
         policy_names}},
    {"subscribers", "max_queue", "The largest queue that a subscriber may ask for, in events.",
     integer_kind{[](config& c) { return &c.server.max_queue; }, 1, 1'000'000}},

    {"log", "level", "The least grave level that is written to the standard error stream.",
     choice_kind{[](config& c) { return static_cast<std::size_t>(c.log.level); },
                 [](config& c, std::size_t i) { c.log.level = static_cast<log_level>(i); },
                 level_names}},
    {"log", "format", "Plain lines, or one JSON object a line.",
     choice_kind{[](config& c) { return static_cast<std::size_t>(c.log.format); },
                 [](config& c, std::size_t i) { c.log.format = static_cast<log_format>(i); },
                 format_names}},
};

}   // namespace

std::span<config_key const> config_keys() noexcept
{
    return table;
}

config_key const* find_key(std::string_view section, std::string_view name) noexcept
{
    auto const* const found = std::ranges::find_if(
        table, [&](config_key const& k) { return k.section == section && k.name == name; });
    return found == std::end(table) ? nullptr : found;
}

bool has_section(std::string_view section) noexcept
{
    return std::ranges::any_of(table, [&](config_key const& k) { return k.section == section; });
}

}   // namespace thump::app
