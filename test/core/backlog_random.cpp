// The ledger adds up at every moment, whatever happens in whatever order.
#include <core/backlog.hpp>

#include <core/backlog_model.hpp>
#include <support/make_event.hpp>
#include <support/print.hpp>
#include <support/random_seed.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace thump;
using core::push_result;
using test::backlog_model;

constexpr int rounds = 120;
constexpr int steps_per_round = 2500;

constexpr std::array policies{overflow::drop_newest, overflow::drop_oldest, overflow::latest,
                              overflow::disconnect};

// A queue and its model, to which the same happens.
class twins {
public:
    twins(overflow policy, std::mt19937_64& random) : random_{random}
    {
        options_.overflow = policy;
        options_.queue = 1 + below(12);
        options_.queue_bytes = 1 + below(300);
        options_.key = below(2) ? "type" : "k";
        greed_ = 1 + below(6);
    }

    void step()
    {
        auto const dice = below(100);
        if (dice < 30)
            push(random_event());
        else if (dice < 40)
            push_run();
        else if (dice < 40 + 8 * greed_)
            receive();
        else if (dice < 95)
            pin();
        else if (dice < 97)
            deliver_directly();
        else if (dice == 97)
            release();
        else if (below(20) == 0)
            abandon();
        check();
    }

    // Receives everything that is left; then every event must be accounted for.
    void finish()
    {
        while (!model_.idle()) {
            receive();
            check();
        }
        BOOST_TEST_REQUIRE(queue_.idle());
        BOOST_TEST_REQUIRE(queue_.ledger().queued == 0u);
        for (std::size_t seq = 1; seq < fates_.size(); ++seq)
            BOOST_TEST_REQUIRE((fates_[seq] != fate::pending));
        BOOST_TEST(queue_.ledger().dropped + queue_.ledger().conflated == told_ + untold_);
    }

private:
    enum class fate { pending, delivered, told, abandoned, refused };

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

    std::uint64_t next_seq()
    {
        fates_.push_back(fate::pending);
        return fates_.size() - 1;
    }

    // Each event meets its fate once.
    void meet(std::uint64_t seq, fate f)
    {
        BOOST_TEST_REQUIRE((fates_[seq] == fate::pending));
        fates_[seq] = f;
    }

    event_ptr random_event()
    {
        event e{.type = std::string(1, static_cast<char>('a' + below(4))),
                .message = std::string(below(4) ? below(30) : below(400), '.')};
        if (below(3)) e.metadata["k"] = std::to_string(below(4));
        return test::make_event(next_seq(), std::move(e));
    }

    void push(event_ptr const& made)
    {
        auto const matched = model_.books.matched;
        auto const result = model_.push(made);
        BOOST_TEST_REQUIRE((queue_.push(made) == result));
        BOOST_TEST_REQUIRE(queue_.closed() == (result == push_result::closed));
        if (model_.books.matched == matched) meet(made->seq, fate::refused);
    }

    // What finds room at once, then the rest one by one.
    void push_run()
    {
        std::vector<event_ptr> events;
        for (auto left = below(8); left > 0; --left)
            events.push_back(random_event());
        for (auto const& e : events)
            e->add_references(1);
        auto const taken = queue_.push_run(events);
        for (auto const& left : std::span{events}.subspan(taken))
            intrusive_ptr_release(left.get());
        for (std::size_t i = 0; i < taken; ++i)
            BOOST_TEST_REQUIRE((model_.push(events[i]) == push_result::queued));
        check();
        for (std::size_t i = taken; i < events.size(); ++i)
            push(events[i]);
    }

    void receive()
    {
        auto const due = model_.take_gap();
        auto const got = queue_.take_gap();
        BOOST_TEST_REQUIRE(got.has_value() == due.has_value());
        if (due) {
            BOOST_TEST_REQUIRE(*got == backlog_model::summary(*due));
            for (auto const& lost : *due)
                meet(lost.what->seq, fate::told);
            told_ += got->dropped;
        } else if (model_.run() > 0) {
            auto const e = queue_.pop();
            BOOST_TEST_REQUIRE(e == model_.pop());
            BOOST_TEST_REQUIRE(e->seq > last_received_);
            last_received_ = e->seq;
            meet(e->seq, fate::delivered);
        }
    }

    void pin()
    {
        if (model_.run() == 0) return;
        queue_.pin_front();
        model_.pin_front();
    }

    void deliver_directly()
    {
        if (!queue_.idle()) return;
        auto const count = below(5);
        for (std::size_t i = 0; i < count; ++i)
            meet(last_received_ = next_seq(), fate::delivered);
        queue_.delivered_directly(count);
        model_.books.matched += count;
        model_.books.delivered += count;
    }

    void release()
    {
        if (queue_.idle()) queue_.release_memory();
    }

    void abandon()
    {
        queue_.abandon();
        model_.abandon();
        for (std::size_t seq = 1; seq < fates_.size(); ++seq)
            if (fates_[seq] == fate::pending) {
                fates_[seq] = fate::abandoned;
                ++untold_;
            }
    }

    void check() const
    {
        BOOST_TEST_REQUIRE(queue_.ledger().balanced());
        BOOST_TEST_REQUIRE(queue_.ledger() == model_.books);
        BOOST_TEST_REQUIRE(queue_.size() == model_.books.queued);
        BOOST_TEST_REQUIRE(queue_.run() == model_.run());
        BOOST_TEST_REQUIRE(queue_.idle() == model_.idle());
        BOOST_TEST_REQUIRE(model_.within_bounds());
    }

    std::mt19937_64& random_;
    core::backlog_options options_;
    std::size_t greed_ = 1;
    core::backlog queue_{options_};
    backlog_model model_{options_};
    std::vector<fate> fates_{fate::refused};   // by seq, which starts at 1
    std::uint64_t last_received_ = 0;
    std::uint64_t told_ = 0;     // lost, and a gap told it
    std::uint64_t untold_ = 0;   // lost as the queue was abandoned
};

}   // namespace

BOOST_AUTO_TEST_SUITE(backlog_random)

BOOST_AUTO_TEST_CASE(ledger_adds_up_at_every_moment)
{
    auto const seed = test::random_seed();
    BOOST_TEST_CONTEXT("THUMP_TEST_SEED=" << seed)
    {
        std::mt19937_64 random{seed};
        for (int round = 0; round < rounds; ++round) {
            auto const policy = policies[static_cast<std::size_t>(round) % policies.size()];
            BOOST_TEST_CONTEXT("round " << round << ", " << to_string(policy))
            {
                twins both{policy, random};
                for (int step = 0; step < steps_per_round; ++step)
                    both.step();
                both.finish();
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
