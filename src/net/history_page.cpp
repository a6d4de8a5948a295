#include <net/history_page.hpp>

#include <net/broker_impl.hpp>
#include <wire/cloud_event.hpp>
#include <wire/event_json.hpp>
#include <wire/json_text.hpp>

#include <thump/errc.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace thump::net {
namespace {

constexpr std::size_t default_limit = 100;

// A page that has grown to this ends, however many events were asked for.
constexpr std::size_t max_page_bytes = std::size_t{4} << 20;

http_response expired(std::string_view epoch, std::uint64_t oldest, std::string why)
{
    why += oldest == 0 ? "history is empty"
                       : "the oldest event in history is " + std::to_string(oldest);
    auto response =
        make_problem({make_error_code(errc::cursor_expired), std::move(why), {}, {}, {}});
    response.body.pop_back();   // the problem's closing brace
    response.body += R"(,"epoch":)";
    wire::append_json_string(response.body, epoch);
    response.body += R"(,"oldest":)";
    wire::append_decimal(response.body, oldest);
    response.body += '}';
    return response;
}

bool is_of_another_epoch(std::optional<position> const& p, std::string_view epoch)
{
    auto const* const at = p ? std::get_if<cursor>(&*p) : nullptr;
    return at && at->epoch != epoch;
}

}   // namespace

http_response make_history_page(detail::broker_impl& broker, wire::stream_request const& request)
{
    auto const now = time_point::now();
    auto const& h = broker.up_to_date_history();
    auto const& asked = request.subscription;
    auto const oldest = h.empty() ? 0 : h.first_seq();
    auto const wanted = filter::make(asked.types, asked.where).value();
    auto const last =
        asked.until
            ? core::resolve_until(h, broker.epoch(), *asked.until, wanted, now).value_or(UINT64_MAX)
            : UINT64_MAX;
    auto const start =
        core::resolve_since(h, broker.epoch(), asked.since.value_or(earliest{}), wanted, now, last);
    if (is_of_another_epoch(asked.since, broker.epoch()) ||
        is_of_another_epoch(asked.until, broker.epoch()))
        return expired(broker.epoch(), oldest, "the broker has begun a new life since; ");
    if (start.lost) {
        bool const ahead = start.lost->dropped == 0;   // its number was never given
        auto const newest = std::to_string(h.end_seq() - 1);
        return expired(broker.epoch(), oldest,
                       ahead ? "the newest event is " + newest + ", and " : "");
    }

    std::string events;
    std::size_t count = 0;
    auto const limit = request.limit.value_or(default_limit);
    auto first_seq = start.next - 1;
    auto last_seq = first_seq;
    auto seq = start.next;
    for (; seq < h.end_seq() && seq <= last; ++seq) {
        auto const& e = *h.at(seq);
        if (!wanted.matches(e)) continue;
        if (count == limit || events.size() >= max_page_bytes) break;
        if (count++ > 0) events += ',';
        if (request.format == wire::stream_format::cloudevents)
            wire::append_cloud_event(events, e);
        else
            wire::append_event(events, e);
        if (count == 1) first_seq = seq;
        last_seq = seq;
    }
    bool const more = seq < h.end_seq() && seq <= last;

    http_response response;
    response.content_type = "application/json";
    auto& body = response.body;
    body = R"({"epoch":)";
    wire::append_json_string(body, broker.epoch());
    body.append(R"(,"events":[)").append(events).append(R"(],"first_seq":)");
    wire::append_decimal(body, first_seq);
    body += R"(,"last_seq":)";
    wire::append_decimal(body, last_seq);
    body += R"(,"cursor":)";
    wire::append_json_string(body, broker.epoch() + ':' + std::to_string(seq - 1));
    body += more ? R"(,"more":true})" : R"(,"more":false})";
    return response;
}

}   // namespace thump::net
