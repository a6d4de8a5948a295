#include <client/replies.hpp>

#include <client/failure.hpp>
#include <wire/json_reader.hpp>
#include <wire/position.hpp>
#include <wire/server_record.hpp>

#include <thump/time_point.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace thump::client_side {

namespace json = boost::json;

namespace {

error misunderstood(std::string_view what)
{
    return {make_error_code(errc::protocol_error),
            "the server's answer cannot be understood, is it thump's? " + std::string{what},
            {},
            {},
            {}};
}

std::string text_of(json::object const& from, std::string_view name)
{
    return json::value_to<std::string>(from.at(name));
}

std::uint64_t count_of(json::object const& from, std::string_view name)
{
    return from.at(name).to_number<std::uint64_t>();
}

ledger ledger_of(json::object const& from)
{
    auto const& l = from.at("ledger").as_object();
    return {.matched = count_of(l, "matched"),
            .delivered = count_of(l, "delivered"),
            .queued = count_of(l, "queued"),
            .dropped = count_of(l, "dropped"),
            .conflated = count_of(l, "conflated"),
            .expired = count_of(l, "expired")};
}

result<receipt> receipt_of(json::object const& from)
{
    if (auto const* const name = from.if_contains("error")) {
        auto const code = wire::parse_errc(json::value_to<std::string>(*name));
        return error{make_error_code(code.value_or(errc::intake_full)), {}, {}, {}, {}};
    }
    receipt made;
    made.id = text_of(from, "id");
    made.seq = count_of(from, "seq");
    // Members that older servers do not write are taken for what they then mean.
    if (auto const* const known = from.if_contains("duplicate")) made.duplicate = known->as_bool();
    return made;
}

batch_receipt batch_receipt_of(json::object const& from)
{
    batch_receipt made;
    made.epoch = text_of(from, "epoch");
    made.accepted = count_of(from, "accepted");
    made.refused = count_of(from, "refused");
    for (auto const& each : from.at("events").as_array())
        made.events.push_back(receipt_of(each.as_object()));
    return made;
}

remote_type type_of(json::object const& from)
{
    remote_type made{
        text_of(from, "type"), text_of(from, "published_when"), text_of(from, "subscribers"), {}};
    for (auto const& each : from.at("metadata").as_array())
        made.metadata.emplace_back(text_of(each.as_object(), "key"),
                                   text_of(each.as_object(), "description"));
    return made;
}

remote_stats stats_of(json::object const& from)
{
    remote_stats made;
    auto& t = made.totals;
    t.epoch = text_of(from, "epoch");
    t.last_seq = count_of(from, "last_seq");
    t.published = count_of(from, "published");
    t.refused = count_of(from, "refused");
    if (from.contains("duplicates")) t.duplicates = count_of(from, "duplicates");
    t.gaps = count_of(from, "gaps");
    t.subscribers = count_of(from, "subscribers");
    t.intake_size = count_of(from.at("intake").as_object(), "size");
    t.intake_capacity = count_of(from.at("intake").as_object(), "capacity");
    t.ledger = ledger_of(from);
    if (auto const* const history = from.if_contains("history")) {
        auto const& h = history->as_object();
        t.oldest_seq = count_of(h, "oldest_seq");
        t.history_events = count_of(h, "events");
        t.history_bytes = count_of(h, "bytes");
    }
    if (auto const* const dropped = from.if_contains("dropped")) {
        auto const& d = dropped->as_object();
        t.queue_full = count_of(d, "queue_full");
        t.history_overrun = count_of(d, "history_overrun");
        t.subscription_ended = count_of(d, "subscription_ended");
    }
    made.connections = count_of(from, "connections");
    return made;
}

remote_subscriber subscriber_of(json::object const& from)
{
    auto const connected_at = parse_time_point(text_of(from, "connected_at"));
    return {.id = count_of(from, "id"),
            .transport = text_of(from, "transport"),
            .remote = text_of(from, "remote"),
            .name = text_of(from, "name"),
            .filter = text_of(from, "filter"),
            .overflow = text_of(from, "overflow"),
            .queue = count_of(from, "queue"),
            .connected_at = connected_at.value_or(time_point{}),
            .lag = count_of(from, "lag"),
            .gaps = count_of(from, "gaps"),
            .slow = from.contains("slow") && from.at("slow").as_bool(),
            .ledger = ledger_of(from)};
}

// Reads a JSON object by `make`, which throws where a member is not what it must be.
template <class Make>
auto read_object(http_reply const& reply, Make make) -> result<decltype(make(json::object{}))>
{
    if (reply.status < 200 || reply.status > 299) return status_failure(reply.status, reply.body);
    try {
        return make(json::parse(reply.body).as_object());
    } catch (boost::system::system_error const& e) {
        return misunderstood(e.code().message());
    } catch (std::exception const& e) {
        return misunderstood(e.what());
    }
}

result<std::vector<received_event>> read_events(wire::json_reader& in, std::string_view text)
{
    std::vector<received_event> made;
    in.begin();
    while (in.next_element()) {
        (void)in.peek();   // passes over the space before the event
        auto const start = in.offset();
        auto e = wire::read_published_event(in);
        if (!e) return std::move(e).error();
        made.push_back({*std::move(e), std::string{text.substr(start, in.offset() - start)}});
    }
    if (in.failed()) return in.failure();
    return made;
}

// The events are read apart from the rest, since their `data` must keep its bytes.
result<history_page> read_page(std::string_view text)
{
    history_page made;
    std::string rest = "{";
    wire::json_reader in{text};
    if (in.peek() != wire::json_kind::object) return misunderstood("it is no object");
    in.begin();
    for (std::string_view name; in.next_member(name);) {
        if (name == "events" && in.peek() == wire::json_kind::array) {
            auto events = read_events(in, text);
            if (!events) return std::move(events).error();
            made.events = *std::move(events);
            continue;
        }
        if (rest.size() > 1) rest += ',';
        rest.append("\"").append(name).append("\":");
        std::string_view value;
        if (!in.skip_value(wire::max_json_nesting, value)) return in.failure();
        rest += value;
    }
    if (in.failed() || !in.finish()) return in.failure();
    rest += '}';
    return read_object({200, std::move(rest)}, [&made](json::object const& from) {
        made.epoch = text_of(from, "epoch");
        made.first_seq = count_of(from, "first_seq");
        made.last_seq = count_of(from, "last_seq");
        made.cursor = from.contains("cursor") ? parse_cursor(text_of(from, "cursor")).value()
                                              : cursor{made.epoch, made.last_seq};
        made.more = from.at("more").as_bool();
        return std::move(made);
    });
}

}   // namespace

result<batch_receipt> read_batch_receipt(http_reply reply)
{
    return read_object(reply, batch_receipt_of);
}

result<receipt> read_receipt(http_reply reply)
{
    auto batch = read_batch_receipt(std::move(reply));
    if (!batch) return std::move(batch).error();
    if (batch->events.size() != 1) return misunderstood("it does not tell of one event");
    return std::move(batch->events.front());
}

result<history_page> read_history_page(http_reply reply)
{
    if (reply.status != 200) return status_failure(reply.status, reply.body);
    auto page = read_page(reply.body);
    if (!page && page.error().code != errc::protocol_error)
        return misunderstood(page.error().detail);
    return page;
}

result<remote_catalog> read_catalog(http_reply reply)
{
    auto made = read_object(reply, [](json::object const& from) {
        remote_catalog c;
        c.strict = from.at("strict").as_bool();
        for (auto const& each : from.at("types").as_array())
            c.types.push_back(type_of(each.as_object()));
        return c;
    });
    if (made) made->json = std::move(reply.body);
    return made;
}

result<remote_stats> read_stats(http_reply reply)
{
    auto made = read_object(reply, stats_of);
    if (made) made->json = std::move(reply.body);
    return made;
}

result<remote_subscribers> read_subscribers(http_reply reply)
{
    auto made = read_object(reply, [](json::object const& from) {
        remote_subscribers all;
        for (auto const& each : from.at("subscribers").as_array())
            all.subscribers.push_back(subscriber_of(each.as_object()));
        return all;
    });
    if (made) made->json = std::move(reply.body);
    return made;
}

}   // namespace thump::client_side
