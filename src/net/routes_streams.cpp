// Reading events: as a page of history, or as a stream that goes on.
#include <net/routes.hpp>

#include <net/client_session.hpp>
#include <net/connection.hpp>
#include <net/history_page.hpp>
#include <net/media_type.hpp>
#include <net/sse_session.hpp>
#include <net/streams.hpp>
#include <net/subprotocol.hpp>
#include <net/ws_handshake.hpp>
#include <wire/sse.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace thump::net {

void routes::read_events(routed_request const& r)
{
    wire::stream_request_builder builder{options_.subscriber_defaults, options_.max_queue};
    for (auto const& [name, value] : r.query)
        if (auto const set = builder.set(name, value); !set) return fail(r, set.error());
    builder.resume_after(r.http.field("Last-Event-ID").value_or(""));
    auto request = builder.finish();
    if (!request) return fail(r, request.error());

    if (wants_websocket(r.http)) return open_websocket(r, *std::move(request));
    static constexpr std::array<std::string_view, 2> offers{"application/json",
                                                            "text/event-stream"};
    auto const choice = negotiate(r.http.field("Accept").value_or("*/*"), offers);
    if (choice == 1) return open_event_stream(r, *request);
    respond(r, make_history_page(broker_, *request));   // whatever else is asked for
}

void routes::open_websocket(routed_request const& r, wire::stream_request request)
{
    if (!origins_.allows(r.http))
        return fail(r, errc::origin_not_allowed,
                    "pages of this origin may not connect; see 'allowed_origins'");
    if (auto refusal = refuse_handshake(r.http)) return respond(r, *std::move(refusal));
    // Nobody would tell one that begins now that the drain has come.
    if (shard_->draining()) return fail(r, errc::going_away, "the server is shutting down");

    auto const extensions = options_.permessage_deflate ? agree_on_deflate(r.http) : std::string{};
    bool const asked = std::ranges::find(r.query, "format", &query_pair::name) != r.query.end();
    auto const spoken =
        choose_subprotocol(r.http, asked ? std::optional{request.format} : std::nullopt);
    if (!spoken) return fail(r, spoken.error());
    request.format = spoken->events;

    auto& c = r.session.connection();
    auto const form = ws_encoding(request.format, !extensions.empty());
    std::unique_ptr<subscriber> s;
    if (request.subscribe) {
        auto made = make_subscriber(c, request, form, spoken->control);
        if (!made) return fail(r, made.error());
        s = std::move(*made);
    }
    auto const start = s ? c.subscribe(std::move(s)) : broker_.last_seq();
    auto head = accept_handshake(r.http, spoken->name, extensions);
    append_control(
        head, form, "welcome",
        control_text(spoken->control, broker_.epoch(), "welcome", welcome_json(c, request, start)));
    auto next = std::make_unique<ws_session>(
        c, std::make_unique<client_session>(spoken->control),
        wire::ws_reader::options{options_.max_message_bytes, false, !extensions.empty()});
    r.session.upgrade(head, std::move(next));
}

void routes::open_event_stream(routed_request const& r, wire::stream_request const& request)
{
    if (!request.subscribe)
        return fail(r, errc::invalid_parameter,
                    "parameter 'subscribe' can be false for a WebSocket only");
    bool const chunked = r.http.version == 11;
    auto const form = sse_encoding(request.format, chunked);
    auto& c = r.session.connection();
    // A browser gives up for good on a reply that is no stream; where none comes, it tries again.
    if (shard_->draining()) return c.finish();
    std::unique_ptr<subscriber> s;
    if (r.http.method == http_method::get) {
        auto made = make_subscriber(c, request, form);
        if (!made) return fail(r, made.error());
        s = std::move(*made);
    }

    std::string head = "HTTP/1.1 200 OK\r\nDate: ";
    head.append(date()).append("\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                               "X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\n");
    auto const cors = origins_.answer(r.http);
    if (!cors.allow_origin.empty())
        head.append("Access-Control-Allow-Origin: ").append(cors.allow_origin).append("\r\n");
    if (cors.vary) head += "Vary: Origin\r\n";
    if (chunked) head += "Transfer-Encoding: chunked\r\n";
    // Nothing comes behind a stream.
    bool const ends_here = s || !chunked || !r.http.keep_alive;
    head += ends_here ? "Connection: close\r\n\r\n" : "\r\n";
    if (!s) {   // HEAD
        c.outbox().push_bytes(head);
        if (ends_here) c.finish();
        return;
    }
    std::string retry;
    wire::append_sse_retry(retry, options_.sse_retry);
    auto const start = c.subscribe(std::move(s));
    // Belongs to the welcome: whoever is cut off before the first event resumes from here. Who
    // named a place that does not move comes back to it, and may have yet to be told that it has
    // expired.
    auto const& since = request.subscription.since;
    if (!since ||
        !(std::holds_alternative<cursor>(*since) || std::holds_alternative<at_sequence>(*since)))
        wire::append_sse_cursor(retry, broker_.epoch(), start);
    if (chunked)
        append_chunk(head, retry);
    else
        head += retry;
    append_control(head, form, "welcome", welcome_json(c, request, start));
    r.session.upgrade(head, std::make_unique<sse_session>(c, form));
}

}   // namespace thump::net
