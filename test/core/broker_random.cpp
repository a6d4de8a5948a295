// The broker, its history and subscriptions that fall behind in it, beside a model of all three:
// random publishing, subscribing, stalling, resuming, leaving, and time that passes.
#include <core/broker.hpp>

#include <core/backlog_model.hpp>
#include <core/history_model.hpp>
#include <support/print.hpp>
#include <support/random_seed.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace thump;
using test::backlog_model;
using test::history_model;

constexpr int rounds = 150;
constexpr int steps_per_round = 600;
constexpr std::size_t most_readers = 8;
std::string const epoch = "here";

class random_source {
public:
    explicit random_source(std::uint64_t seed) : engine_{seed} {}

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
    bool one_in(std::size_t n) { return below(n) == 0; }

    template <std::size_t N>
    auto pick(std::array<char const*, N> const& from)
    {
        return std::string{from[below(N)]};
    }

private:
    std::mt19937_64 engine_;
};

core::backlog_options random_options(random_source& random)
{
    static constexpr std::array policies{overflow::catch_up,    overflow::catch_up,
                                         overflow::drop_newest, overflow::drop_oldest,
                                         overflow::latest,      overflow::disconnect};
    core::backlog_options options;
    options.overflow = policies[random.below(policies.size())];
    options.queue = 1 + random.below(12);
    options.queue_bytes = 1 + random.below(400);
    options.key = random.one_in(2) ? "type" : "k";
    return options;
}

filter random_filter(random_source& random)
{
    static constexpr std::array patterns{">", "a.*", "a.>", "b", "*.c", "a.b"};
    std::vector<std::string> const wanted{random.pick(patterns)};
    std::vector<metadata_condition> conditions;
    if (random.one_in(3)) conditions.push_back({"k", {std::to_string(random.below(3))}});
    return filter::make(wanted, conditions).value();
}

// A subscription, as mailboxes and connections keep it, and what it should be.
struct reader {
    reader(filter f, core::backlog_options const& o) : wanted{std::move(f)}, options{o} {}

    filter wanted;
    core::backlog_options options;
    core::filter_id id = 0;
    core::backlog queue{options};
    backlog_model model{options};
    bool stalled = false;
    bool closed = false;
    std::uint64_t last_received = 0;
    std::map<std::uint64_t, bool> met;   // by the seq of all that matched: delivered, or told lost

    // Everything meets its fate once.
    void meet(std::uint64_t seq)
    {
        auto const found = met.find(seq);
        BOOST_TEST_REQUIRE((found != met.end() && !found->second), "event " << seq);
        found->second = true;
    }

    void push(event_ptr const& e)
    {
        if (!closed) met.emplace(e->seq, false);
        auto const result = model.push(e);
        BOOST_TEST_REQUIRE((queue.push(e) == result));
        closed = result == core::push_result::closed;
    }

    void receive()
    {
        auto const due = model.take_gap();
        auto const got = queue.take_gap();
        BOOST_TEST_REQUIRE(got.has_value() == due.has_value());
        if (due) {
            BOOST_TEST_REQUIRE(*got == backlog_model::summary(*due));
            for (auto const& lost : *due)
                meet(lost.what->seq);
        } else if (model.run() > 0) {
            auto const e = queue.pop();
            BOOST_TEST_REQUIRE(e == model.pop());
            BOOST_TEST_REQUIRE(e->seq > last_received);
            last_received = e->seq;
            meet(e->seq);
        }
    }

    void pin()
    {
        if (model.run() == 0) return;
        queue.pin_front();
        model.pin_front();
    }

    void refill(core::history const& h, history_model const& should)
    {
        if (queue.wants_refill()) BOOST_TEST_REQUIRE(!queue.refill(h, wanted));
        model.refill(should.first());
    }

    void check() const
    {
        BOOST_TEST_REQUIRE(queue.ledger().balanced());
        BOOST_TEST_REQUIRE(queue.ledger() == model.books);
        BOOST_TEST_REQUIRE(queue.size() == model.size());
        BOOST_TEST_REQUIRE(queue.run() == model.run());
        BOOST_TEST_REQUIRE(queue.idle() == model.idle());
        BOOST_TEST_REQUIRE(queue.behind() == model.behind());
        BOOST_TEST_REQUIRE(model.within_bounds());   // whatever is stalled, however long
    }
};

// A broker and its model, to which the same happens.
class world {
public:
    explicit world(random_source& random) : random_{random}
    {
        history_.max_events = 1 + random.below(random.one_in(3) ? 200 : 30);
        history_.max_bytes = 1 + random.below(random.one_in(3) ? 300 : 10'000);
        history_.max_age = std::chrono::seconds{1 + random.below(120)};
        broker_.emplace(epoch, 1, broker_options{.history = history_});
        model_.emplace(history_);
    }

    void step()
    {
        auto const dice = random_.below(100);
        if (dice < 25)
            publish(1 + random_.below(3));
        else if (dice < 27)
            publish(random_.below(60));
        else if (dice < 45)
            end_turn();
        else if (dice < 80)
            receive();
        else if (dice < 84)
            if_any([](reader& r) { r.stalled = !r.stalled; });
        else if (dice < 88)
            if_any([](reader& r) { r.pin(); });
        else if (dice < 92)
            if_any([&](reader& r) { r.refill(broker_->history(), *model_); });
        else if (dice < 96)
            pass_time();
        else if (dice < 99)
            subscribe();
        else
            if_any([&](reader& r) { leave(r); });
        check();
    }

    // Everybody reads to the end; then every event has met its fate.
    void finish()
    {
        end_turn();
        for (auto const& r : readers_) {
            while (!r->model.idle()) {
                r->receive();
                r->refill(broker_->history(), *model_);
                r->check();
            }
            BOOST_TEST_REQUIRE(r->queue.idle());
            for (auto const& [seq, met] : r->met)
                BOOST_TEST_REQUIRE(met, "event " << seq);
        }
    }

private:
    void publish(std::size_t count)
    {
        static constexpr std::array types{"a.b", "a.c", "b", "b.c", "a.b.c"};
        for (; count > 0; --count) {
            event e{.type = random_.pick(types), .message = std::string(random_.below(40), '.')};
            if (!random_.one_in(4)) e.metadata["k"] = std::to_string(random_.below(4));
            boost::intrusive_ptr<published_event> const made{new published_event{std::move(e)}};
            made->measure();
            broker_->publish(made, now_);
            BOOST_TEST_REQUIRE(made->seq == model_->newest() + 1);
            model_->push(made, now_);
        }
    }

    // As the strand does it: first what matched, then what history has let go of.
    void end_turn()
    {
        for (auto const& r : readers_) {
            for (auto seq = turn_begin_; seq <= model_->newest(); ++seq)
                if (r->wanted.matches(*model_->at(seq).what)) r->push(model_->at(seq).what);
            for (auto seq = told_gone_; seq < model_->first(); ++seq)
                r->model.evict(seq, *model_->at(seq).gone);
            r->queue.on_evicted(broker_->evicted(), r->wanted);
            r->refill(broker_->history(), *model_);
            check_turn(*r);
        }
        turn_begin_ = model_->newest() + 1;
        told_gone_ = model_->first();
        broker_->end_turn();
    }

    // The broker has sorted the turn by filters.
    void check_turn(reader const& r)
    {
        std::vector<event_ptr> expected;
        for (auto seq = turn_begin_; seq <= model_->newest(); ++seq)
            if (r.wanted.matches(*model_->at(seq).what)) expected.push_back(model_->at(seq).what);
        BOOST_TEST_REQUIRE(std::ranges::equal(broker_->matched(r.id), expected));
    }

    void receive()
    {
        if_any([&](reader& r) {
            if (r.stalled) return;
            for (auto count = 1 + random_.below(6); count > 0; --count)
                r.receive();
        });
    }

    void pass_time()
    {
        now_.seconds += static_cast<std::int64_t>(random_.below(20));
        if (random_.one_in(8)) now_.seconds -= 15;   // somebody has set the clock
        broker_->expire(now_);
        model_->expire(now_);
        end_turn();
    }

    position random_position()
    {
        auto const seq = random_.below(static_cast<std::size_t>(model_->newest()) + 3);
        switch (random_.below(7)) {
        case 0:
            return at_sequence{seq};
        case 1:
            return cursor{epoch, seq};
        case 2:
            return cursor{"elsewhere", seq};
        case 3:
            return last_events{random_.below(30)};
        case 4:
            return time_back{std::chrono::seconds{random_.below(60)}};
        case 5:
            return time_point{now_.seconds - static_cast<std::int64_t>(random_.below(60)), 0};
        default:
            return earliest{};
        }
    }

    void subscribe()
    {
        if (readers_.size() == most_readers) return;
        end_turn();   // as whoever subscribes is to be told of none of it
        auto& r = *readers_.emplace_back(
            std::make_unique<reader>(random_filter(random_), random_options(random_)));
        r.id = broker_->attach(r.wanted);
        if (random_.one_in(3)) return;

        auto const since = random_position();
        auto const from = model_->begin(since, epoch, r.wanted, now_);
        auto const start = core::resolve_since(broker_->history(), epoch, since, r.wanted, now_);
        BOOST_TEST_REQUIRE(start.lost.has_value() == !from.has_value());
        BOOST_TEST_REQUIRE(start.next == from.value_or(model_->first()));
        if (start.lost) check_stale(r, *start.lost, since);

        auto const matching = model_->matching(r.wanted, start.next, model_->newest());
        auto const unread = broker_->history().count(r.wanted, start.next, UINT64_MAX);
        BOOST_TEST_REQUIRE(unread == matching.size());
        if (unread == 0) return;
        r.queue.begin_behind(start.next, unread);
        r.model.begin_behind(start.next, matching);
        for (auto const& e : matching)
            r.met.emplace(e->seq, false);
    }

    // A cursor that has become stale is answered by a gap, before everything else.
    void check_stale(reader& r, gap const& lost, position const& since)
    {
        gap expected{.reason = gap_reason::cursor_expired,
                     .oldest = model_->events() == 0 ? 0 : model_->first()};
        auto const* const at = std::get_if<cursor>(&since);
        auto const seq = at ? at->seq : std::get<at_sequence>(since).seq;
        if ((!at || at->epoch == epoch) && seq <= model_->newest()) {
            expected.from = seq + 1;
            expected.to = model_->first() - 1;
            expected.dropped = expected.to - seq;
        }
        BOOST_TEST_REQUIRE(lost == expected);
        r.queue.tell(lost);
        BOOST_TEST_REQUIRE(r.queue.take_gap().value() == expected);
    }

    void leave(reader& r)
    {
        end_turn();
        r.queue.abandon();
        r.model.abandon();
        r.check();
        broker_->detach(r.id);
        std::erase_if(readers_, [&](auto const& held) { return held.get() == &r; });
    }

    template <class F>
    void if_any(F f)
    {
        if (!readers_.empty()) f(*readers_[random_.below(readers_.size())]);
    }

    void check() const
    {
        auto const& h = broker_->history();
        BOOST_TEST_REQUIRE(h.first_seq() == model_->first());
        BOOST_TEST_REQUIRE(h.end_seq() == model_->newest() + 1);
        BOOST_TEST_REQUIRE(h.size() == model_->events());
        BOOST_TEST_REQUIRE(h.bytes() == model_->bytes());
        for (auto const& r : readers_)
            r->check();
    }

    random_source& random_;
    history_options history_;
    time_point now_{1'700'000'000, 0};
    std::optional<core::broker> broker_;
    std::optional<history_model> model_;
    std::vector<std::unique_ptr<reader>> readers_;
    std::uint64_t turn_begin_ = 1;
    std::uint64_t told_gone_ = 1;
};

}   // namespace

BOOST_AUTO_TEST_SUITE(broker_random)

BOOST_AUTO_TEST_CASE(broker_does_what_its_model_does)
{
    auto const seed = test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        random_source random{seed};
        for (int round = 0; round < rounds; ++round)
            BOOST_TEST_CONTEXT("round " << round)
            {
                world both{random};
                for (int step = 0; step < steps_per_round; ++step)
                    both.step();
                both.finish();
            }
    }
}

BOOST_AUTO_TEST_SUITE_END()
