// thump bench: how fast a server publishes, and how soon subscribers have it.
#include <app/cli/commands.hpp>
#include <app/cli/latency.hpp>
#include <app/cli/text.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace thump::cli {
namespace {

using clock = std::chrono::steady_clock;

constexpr char type[] = "thump.bench";
constexpr char run_key[] = "run";
constexpr std::size_t subscriber_queue = 10'000;
constexpr std::chrono::seconds patience{5};   // without an event that is still to come

// What one run measures.
struct measurement {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
    std::uint64_t gaps = 0;
    std::chrono::nanoseconds publishing{};
    std::chrono::nanoseconds delivering{};
    latency answers;      // publish to answer
    latency deliveries;   // publish to receive
};

class bench_run {
public:
    bench_run(program& p, bench_options const& o)
        : program_{p}
        , options_{o}
        , name_{std::to_string(std::random_device{}())}
        , message_(o.size, 'x')
        , sent_at_(o.events)
        , changed_{p.ioc}
    {
    }

    // Returns what went wrong, if something did.
    awaitable<error> run()
    {
        if (auto why = co_await subscribe(); why.code) co_return why;
        began_ = clock::now();
        for (auto& s : streams_)
            spawn(read(s));
        for (std::size_t i = 0; i != options_.in_flight; ++i)
            spawn(publish());
        while (publishers_ != 0)
            co_await wait_for_change(clock::time_point::max());
        measured_.publishing = clock::now() - began_;
        co_await wait_for_readers();
        for (auto& s : streams_)
            s.close();
        while (running_ != 0)
            co_await wait_for_change(clock::time_point::max());
        co_return failure_;
    }

    [[nodiscard]] measurement& result() noexcept { return measured_; }

private:
    awaitable<error> subscribe()
    {
        stream_options o;
        o.reconnect = false;
        o.subscription.types = {type};
        o.subscription.where = {{run_key, {name_}}};
        o.subscription.queue = subscriber_queue;
        o.subscription.name = "thump bench";
        for (std::size_t i = 0; i != options_.subscribers; ++i) {
            streams_.push_back(program_.server.subscribe(o));
            auto const [ec, record] = co_await streams_.back().async_receive(completion);
            if (ec) co_return streams_.back().failure();
        }
        publishers_ = options_.in_flight;
        co_return error{};
    }

    void spawn(awaitable<void> work)
    {
        ++running_;
        boost::asio::co_spawn(program_.ioc, std::move(work), [this](std::exception_ptr thrown) {
            --running_;
            changed_.cancel();
            if (thrown) std::rethrow_exception(thrown);
        });
    }

    awaitable<void> publish()
    {
        while (next_ != options_.events && !failure_.code) {
            auto const i = next_++;
            event e{.type = type, .message = message_, .data = std::to_string(i)};
            e.metadata.emplace(run_key, name_);
            sent_at_[i] = clock::now();
            error why;
            auto const [ec, given] =
                co_await program_.server.async_publish(std::move(e), why, completion);
            if (ec == errc::intake_full)
                ++measured_.refused;
            else if (ec)
                failure_ = why;
            else
                ++measured_.accepted;
            measured_.answers.add(clock::now() - sent_at_[i]);
        }
        --publishers_;
    }

    awaitable<void> read(stream& s)
    {
        for (;;) {
            auto const [ec, record] = co_await s.async_receive(completion);
            if (ec && ec != errc::unsubscribed) failure_ = s.failure();
            if (ec) co_return;
            if (auto const* const r = std::get_if<received_event>(&record)) take(*r);
            if (auto const* const g = std::get_if<gap>(&record)) {
                ++measured_.gaps;
                measured_.lost += g->dropped;
            }
            if (publishers_ == 0) changed_.cancel();
        }
    }

    void take(received_event const& r)
    {
        auto const now = clock::now();
        ++measured_.received;
        measured_.delivering = now - began_;
        std::size_t i = 0;
        auto const* const end = r.event.data.data() + r.event.data.size();
        std::from_chars(r.event.data.data(), end, i);
        if (i < sent_at_.size()) measured_.deliveries.add(now - sent_at_[i]);
    }

    // Until every subscriber has, or was told that it lost, every event; or nothing comes any more.
    awaitable<void> wait_for_readers()
    {
        auto const wanted = measured_.accepted * streams_.size();
        auto deadline = clock::now() + patience;
        while (measured_.received + measured_.lost < wanted && !failure_.code) {
            auto const before = measured_.received + measured_.lost;
            co_await wait_for_change(deadline);
            if (measured_.received + measured_.lost != before)
                deadline = clock::now() + patience;
            else if (clock::now() >= deadline)
                break;
        }
    }

    awaitable<void> wait_for_change(clock::time_point deadline)
    {
        changed_.expires_at(deadline);
        co_await changed_.async_wait(completion);
    }

    program& program_;
    bench_options const& options_;
    std::string const name_;
    std::string const message_;
    std::vector<clock::time_point> sent_at_;
    std::vector<stream> streams_;
    boost::asio::steady_timer changed_;   // cancelled when something has
    measurement measured_;
    error failure_;
    clock::time_point began_ = {};
    std::size_t next_ = 0;
    std::size_t publishers_ = 0;
    std::size_t running_ = 0;
};

std::string spread(latency& l)
{
    if (l.empty()) return "nothing measured";
    std::string text;
    for (auto const& [name, share] :
         {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1.0}})
        text.append(text.empty() ? "" : "  ")
            .append(name)
            .append(" ")
            .append(brief(l.quantile(share)));
    return text;
}

void print(output& out, bench_options const& o, measurement& m)
{
    out << "published  " << counted(m.accepted, "event") << " of " << std::to_string(o.size)
        << " bytes in " << brief(m.publishing) << ", " << rate(m.accepted, m.publishing) << ", "
        << grouped(m.refused) << " refused\n"
        << "answered   " << spread(m.answers) << "\n";
    if (o.subscribers == 0) return;
    out << "delivered  " << grouped(m.received) << " of " << grouped(m.accepted * o.subscribers)
        << " to " << counted(o.subscribers, "subscriber") << ", " << rate(m.received, m.delivering)
        << ", " << grouped(m.lost) << " lost in " << counted(m.gaps, "gap") << "\n"
        << "latency    " << spread(m.deliveries) << "\n";
}

void append_number(std::string& out, std::string_view name, std::uint64_t value)
{
    out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":");
    out += std::to_string(value);
}

void append_spread(std::string& out, std::string_view name, latency& l)
{
    if (l.empty()) return;
    out.append(",\"").append(name).append("\":{");
    for (char const* before = "";
         auto const& [key, share] :
         {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1.0}}) {
        out.append(std::exchange(before, ",")).append("\"").append(key).append("\":");
        out += std::to_string(l.quantile(share).count());
    }
    out += '}';
}

void print_json(output& out, bench_options const& o, measurement& m)
{
    std::string text = "{";
    append_number(text, "events", o.events);
    append_number(text, "size", o.size);
    append_number(text, "subscribers", o.subscribers);
    append_number(text, "in_flight", o.in_flight);
    append_number(text, "accepted", m.accepted);
    append_number(text, "refused", m.refused);
    append_number(text, "publishing_ns", static_cast<std::uint64_t>(m.publishing.count()));
    append_number(text, "received", m.received);
    append_number(text, "lost", m.lost);
    append_number(text, "gaps", m.gaps);
    append_number(text, "delivering_ns", static_cast<std::uint64_t>(m.delivering.count()));
    append_spread(text, "answer_ns", m.answers);
    append_spread(text, "delivery_ns", m.deliveries);
    out << text << "}\n";
}

}   // namespace

awaitable<exit_code> execute(program& p, bench_options const& o)
{
    bench_run bench{p, o};
    if (auto const why = co_await bench.run(); why.code) co_return complain(p, why);
    if (o.json)
        print_json(p.out, o, bench.result());
    else
        print(p.out, o, bench.result());
    co_return exit_success;
}

}   // namespace thump::cli
