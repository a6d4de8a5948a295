#include <net/figures.hpp>

#include <net/broker_impl.hpp>
#include <net/connection.hpp>
#include <net/shard.hpp>
#include <wire/json_text.hpp>
#include <wire/rfc3339.hpp>

#include <thump/catalog.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace thump::net {
namespace {

// Appends `,"name":`; the comma is left out behind an opening bracket.
void append_name(std::string& out, std::string_view name)
{
    if (out.back() != '{') out += ',';
    wire::append_json_string(out, name);
    out += ':';
}

void append_member(std::string& out, std::string_view name, std::uint64_t value)
{
    append_name(out, name);
    wire::append_decimal(out, value);
}

void append_member(std::string& out, std::string_view name, std::string_view value)
{
    append_name(out, name);
    wire::append_json_string(out, value);
}

void append_ledger(std::string& out, ledger const& l)
{
    append_name(out, "ledger");
    out += '{';
    append_member(out, "matched", l.matched);
    append_member(out, "delivered", l.delivered);
    append_member(out, "queued", l.queued);
    append_member(out, "dropped", l.dropped);
    append_member(out, "conflated", l.conflated);
    append_member(out, "expired", l.expired);
    out += '}';
}

void append_type(std::string& out, type_info const& t)
{
    out += '{';
    append_member(out, "type", t.type);
    append_member(out, "published_when", t.published_when);
    append_member(out, "subscribers", t.subscribers);
    append_name(out, "metadata");
    out += '[';
    for (auto const& key : t.keys) {
        if (out.back() != '[') out += ',';
        out += '{';
        append_member(out, "key", key.name);
        append_member(out, "description", key.description);
        out += '}';
    }
    out += "]}";
}

void append_subscriber(std::string& out, subscriber_info const& s)
{
    out += '{';
    append_member(out, "id", s.id);
    append_member(out, "transport", s.transport);
    append_member(out, "remote", s.remote);
    append_member(out, "name", s.name);
    append_member(out, "filter", s.filter);
    append_member(out, "overflow", to_string(s.overflow));
    append_member(out, "queue", s.queue);
    append_name(out, "connected_at");
    out += '"';
    wire::append_rfc3339(out, s.connected_at);
    out += '"';
    append_member(out, "lag", s.lag());
    append_member(out, "gaps", s.gaps);
    append_name(out, "slow");
    out += s.slow ? "true" : "false";
    append_ledger(out, s.ledger);
    out += '}';
}

}   // namespace

void append_catalog(std::string& out, bool strict)
{
    out += R"({"strict":)";
    out += strict ? "true" : "false";
    out += R"(,"types":[)";
    for (auto const& t : catalog()) {
        if (out.back() != '[') out += ',';
        append_type(out, t);
    }
    out += "]}";
}

void append_stats(std::string& out, stats const& s, std::size_t connections)
{
    out += '{';
    append_member(out, "epoch", s.epoch);
    append_member(out, "last_seq", s.last_seq);
    append_member(out, "published", s.published);
    append_member(out, "refused", s.refused);
    append_member(out, "duplicates", s.duplicates);
    append_member(out, "subscribers", s.subscribers);
    append_member(out, "connections", connections);
    append_member(out, "gaps", s.gaps);
    append_name(out, "history");
    out += '{';
    append_member(out, "oldest_seq", s.oldest_seq);
    append_member(out, "events", s.history_events);
    append_member(out, "bytes", s.history_bytes);
    out += '}';
    append_name(out, "intake");
    out += '{';
    append_member(out, "size", s.intake_size);
    append_member(out, "capacity", s.intake_capacity);
    out += '}';
    append_name(out, "dropped");
    out += '{';
    append_member(out, "queue_full", s.queue_full);
    append_member(out, "history_overrun", s.history_overrun);
    append_member(out, "subscription_ended", s.subscription_ended);
    out += '}';
    append_ledger(out, s.ledger);
    out += '}';
}

std::vector<subscriber_info> list_subscribers(shard& s, detail::broker_impl const& b)
{
    auto all = b.list_local();
    for (auto const& c : s.connections()) {
        auto const* const one = c->subscriber();
        if (!one) continue;
        auto const& asked = one->plan->request.subscription;
        all.push_back({one->id, transport_of(*one), c->remote(), asked.name,
                       one->plan->wanted.to_string(), asked.overflow, asked.queue,
                       one->connected_at, one->events.backlog.ledger(), one->events.gaps_told,
                       one->events.backlog.slow()});
    }
    return all;
}

std::optional<subscriber_order> parse_subscriber_order(std::string_view name) noexcept
{
    if (name == "id") return subscriber_order::id;
    if (name == "lag") return subscriber_order::lag;
    if (name == "dropped") return subscriber_order::dropped;
    if (name == "connected_at") return subscriber_order::connected_at;
    return std::nullopt;
}

void append_subscribers(std::string& out, std::vector<subscriber_info> all, subscriber_order order)
{
    std::ranges::sort(all, {}, &subscriber_info::id);
    switch (order) {
    case subscriber_order::id:
        break;
    case subscriber_order::lag:
        std::ranges::stable_sort(all, std::greater{}, &subscriber_info::lag);
        break;
    case subscriber_order::dropped:
        std::ranges::stable_sort(all, std::greater{},
                                 [](auto const& s) { return s.ledger.dropped; });
        break;
    case subscriber_order::connected_at:
        std::ranges::stable_sort(all, {}, &subscriber_info::connected_at);
        break;
    }
    out += R"({"subscribers":[)";
    for (auto const& s : all) {
        if (out.back() != '[') out += ',';
        append_subscriber(out, s);
    }
    out += "]}";
}

}   // namespace thump::net
