#include <net/metrics.hpp>

#include <net/broker_impl.hpp>
#include <net/media_type.hpp>
#include <net/process_figures.hpp>
#include <net/refusals.hpp>
#include <net/shard.hpp>
#include <net/subscriber_survey.hpp>
#include <wire/exposition.hpp>

#include <thump/catalog.hpp>
#include <thump/version.hpp>

#include <array>
#include <cstdint>

namespace thump::net {
namespace {

using kind = wire::metric_kind;

constexpr std::uint64_t one = 1;

void append_durations(wire::exposition& to, wire::metric_family const& family,
                      core::duration_histogram::snapshot const& durations)
{
    to.begin(family);
    to.histogram(core::duration_histogram::bounds, durations.counts, durations.sum_seconds);
}

void append_published(wire::exposition& to, detail::broker_impl const& broker, stats const& s)
{
    to.only({"thump_events_published", kind::counter, "Events accepted and sequenced.", {}},
            s.published);
    to.begin({"thump_events_published_by_type",
              kind::counter,
              "Events accepted and sequenced, by the catalog's types; all others as 'other'.",
              {}});
    auto const by_type = broker.by_type().read();
    for (std::size_t i = 0; i < by_type.size(); ++i)
        to.sample(by_type[i], {{"type", i < catalog().size() ? catalog()[i].type : "other"}});
    to.only({"thump_events_refused",
             kind::counter,
             "Events refused: the intake was full, or the broker has stopped.",
             {}},
            s.refused);
    to.only({"thump_events_duplicates",
             kind::counter,
             "Events not published again, since their id was lately.",
             {}},
            s.duplicates);
    to.only({"thump_events_buffer_utilization_ratio", kind::gauge,
             "How full the intake is, from 0 to 1.", "ratio"},
            static_cast<double>(s.intake_size) / static_cast<double>(s.intake_capacity));
    to.only({"thump_history_events", kind::gauge, "Events in history.", {}}, s.history_events);
    to.only({"thump_history_bytes", kind::gauge, "Size of the events in history.", "bytes"},
            s.history_bytes);
}

void append_ledger(wire::exposition& to, stats const& s)
{
    to.only({"thump_events_matched",
             kind::counter,
             "Events matched by subscriptions, each counted for each of them.",
             {}},
            s.ledger.matched);
    to.only({"thump_events_delivered",
             kind::counter,
             "Events handed to receivers, over the network to the kernel.",
             {}},
            s.ledger.delivered);
    to.only({"thump_events_queued", kind::gauge, "Events that wait for their subscriber.", {}},
            s.ledger.queued);
    to.begin(
        {"thump_events_dropped", kind::counter, "Matched events not delivered, by reason.", {}});
    to.sample(s.queue_full, {{"reason", "queue_full"}});
    to.sample(s.history_overrun, {{"reason", "history_overrun"}});
    to.sample(s.subscription_ended, {{"reason", "subscription_ended"}});
    to.sample(s.ledger.conflated, {{"reason", "conflated"}});
    to.sample(s.ledger.expired, {{"reason", "expired"}});
    to.only({"thump_events_gaps", kind::counter, "Gap records told to subscribers.", {}}, s.gaps);
}

void append_subscribers(wire::exposition& to, detail::broker_impl const& broker, shard const& home,
                        stats const& s)
{
    subscriber_survey now;
    home.survey(now);
    broker.survey_local(now);
    to.only({"thump_events_subscribers", kind::gauge, "Subscriptions now.", {}}, s.subscribers);
    to.only({"thump_events_subscribers_slow",
             kind::gauge,
             "Subscribers whose queue has overflowed, and that are yet to read what it held then.",
             {}},
            now.slow);
    to.begin({"thump_events_subscriber_lag",
              kind::gauge_histogram,
              "Events queued for a subscriber, over the subscribers there are now.",
              {}});
    to.histogram(subscriber_survey::bounds, now.counts, static_cast<double>(now.lag));
    append_durations(to,
                     {"thump_events_delivery_duration_seconds", kind::histogram,
                      "From an event's publication until it was written to, or queued for, the "
                      "last of its subscribers.",
                      "seconds"},
                     broker.deliveries().read());
    append_durations(to,
                     {"thump_events_subscriber_duration_seconds", kind::histogram,
                      "How long a subscriber's socket took to take what was written to it.",
                      "seconds"},
                     home.writes().read());
    to.only({"thump_subscriptions_refused",
             kind::counter,
             "Subscriptions refused, as max_subscribers was reached.",
             {}},
            broker.subscribers_refused());
}

void append_connections(wire::exposition& to, shard const& home, refusals const& refused,
                        std::size_t max_connections)
{
    to.only({"thump_connections", kind::gauge, "Connections now.", {}}, home.connection_count());
    to.only({"thump_connections_limit", kind::gauge, "Connections at most (max_connections).", {}},
            max_connections);
    to.only({"thump_connections_refused",
             kind::counter,
             "Connections turned away, as there were too many.",
             {}},
            refused.connections().value());
    to.only({"thump_accept_failures",
             kind::counter,
             "Times that accepting failed, as for want of descriptors.",
             {}},
            refused.accepts().value());
}

void append_process(wire::exposition& to)
{
    to.begin({"thump_build", kind::info, "The version that runs.", {}});
    to.sample(one, {{"version", version}});
    auto const p = read_process_figures();
    if (!p) return;
    to.only({"process_cpu_seconds", kind::counter, "User and system CPU time.", "seconds"},
            p->cpu_seconds);
    to.only(
        {"process_start_time_seconds", kind::gauge, "Start of the process, since 1970.", "seconds"},
        p->start_time_seconds);
    to.only({"process_resident_memory_bytes", kind::gauge, "Resident memory.", "bytes"},
            p->resident_bytes);
    to.only({"process_virtual_memory_bytes", kind::gauge, "Virtual memory.", "bytes"},
            p->virtual_bytes);
    to.only({"process_threads", kind::gauge, "Threads.", {}}, p->threads);
    to.only({"process_open_fds", kind::gauge, "Open file descriptors.", {}}, p->open_descriptors);
    to.only({"process_max_fds", kind::gauge, "Open file descriptors at most.", {}},
            p->max_descriptors);
}

wire::exposition_form wanted_form(std::string_view accept)
{
    static constexpr std::array<std::string_view, 2> offers{"text/plain",
                                                            "application/openmetrics-text"};
    return negotiate(accept, offers) == 1 ? wire::exposition_form::openmetrics
                                          : wire::exposition_form::prometheus_text;
}

}   // namespace

http_response make_metrics(std::string_view accept, detail::broker_impl const& broker,
                           shard const& home, refusals const& refused, std::size_t max_connections)
{
    auto const form = wanted_form(accept);
    http_response response;
    response.content_type = wire::content_type_of(form);
    response.fields.push_back({"Vary", "Accept"});
    wire::exposition to{response.body, form};
    auto const s = broker.stats();
    append_published(to, broker, s);
    append_ledger(to, s);
    append_subscribers(to, broker, home, s);
    append_connections(to, home, refused, max_connections);
    append_process(to);
    to.end();
    return response;
}

}   // namespace thump::net
