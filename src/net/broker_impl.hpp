// The broker behind its handle: the strand, the intake, the subscriptions, the turn.
#pragma once

#include <core/broker.hpp>
#include <core/type_counts.hpp>
#include <net/intake.hpp>
#include <net/mailbox.hpp>
#include <net/parked_handler.hpp>
#include <net/shutdown_service.hpp>
#include <net/subscriber_info.hpp>
#include <net/subscriber_survey.hpp>
#include <net/turn_clock.hpp>
#include <net/turn_sink.hpp>
#include <wire/event_rules.hpp>

#include <thump/broker.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/system_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace thump::detail {

/// Shared by the handle and by whatever is under way on the strand.
class broker_impl final : public handler_keeper, public std::enable_shared_from_this<broker_impl> {
public:
    using executor_type = boost::asio::any_io_executor;
    using publish_handler = parked_handler<void(boost::system::error_code, receipt)>;

    broker_impl(executor_type ex, broker_options options);
    ~broker_impl();

    // ---- Any thread.

    boost::system::error_code publish(event const& e);
    boost::system::error_code publish(event&& e);
    batch_admission publish_batch(std::span<event const> events);
    void async_publish(event&& e, publish_handler handler);
    result<std::shared_ptr<mailbox>> subscribe(subscription_options const& options);
    /// Ends a subscription inside the process on an operator's behalf: what is queued can still be
    /// received.
    /// @return whether there is one of this id that had not ended.
    bool close_subscriber(std::uint64_t id);
    /// Takes a mailbox off the books that has ended and of which nothing is left to be received.
    void forget(mailbox const& box);
    void stop();

    [[nodiscard]] std::shared_ptr<void> share() noexcept override
    {
        return weak_from_this().lock();
    }
    /// Destroys whoever waits for a receipt or an event, without a word. Requires: the context
    /// goes, or this.
    void destroy_handlers() noexcept override;

    /// Takes a place among the subscribers, for one of a sink. Every success wants `leave`.
    /// @return the subscriber's id, or 0 where the limit is reached.
    [[nodiscard]] std::uint64_t join() noexcept;
    /// An id for a subscriber that takes over the place of another.
    [[nodiscard]] std::uint64_t next_subscriber_id() noexcept;
    void leave() noexcept { subscribers_.fetch_sub(1, std::memory_order_relaxed); }

    /// Has the strand read on in history for a mailbox that has room again.
    void ask_refill(std::shared_ptr<mailbox> box);

    /// Sequence number of the oldest event in history; of the one to come where there is none.
    [[nodiscard]] std::uint64_t oldest_seq() const noexcept { return oldest_seq_->load(); }
    [[nodiscard]] std::atomic<std::uint64_t> const& oldest_seq_cell() const noexcept
    {
        return *oldest_seq_;
    }
    /// As `oldest_seq`; 0 where history is empty.
    [[nodiscard]] std::uint64_t oldest_seq_or_none() const noexcept
    {
        return history_events_.load() > 0 ? oldest_seq() : 0;
    }

    [[nodiscard]] bool stopped() const noexcept { return stopped_.load(); }
    [[nodiscard]] std::size_t subscriber_count() const noexcept { return subscribers_.load(); }
    [[nodiscard]] thump::stats stats() const;
    /// How many events were published of each type.
    [[nodiscard]] core::type_counts const& by_type() const noexcept { return by_type_; }
    /// How long events took from being published to the end of the fan-out.
    [[nodiscard]] core::duration_histogram const& deliveries() const noexcept
    {
        return turn_clock_.durations();
    }
    /// Events refused: the intake was full, or the broker has stopped.
    [[nodiscard]] std::uint64_t refused() const noexcept
    {
        return refused_.load(std::memory_order_relaxed);
    }
    /// Subscriptions refused since there were too many.
    [[nodiscard]] std::uint64_t subscribers_refused() const noexcept
    {
        return subscribers_refused_.load(std::memory_order_relaxed);
    }
    /// Adds the subscriptions inside the process.
    void survey_local(net::subscriber_survey& into) const;
    /// The subscriptions inside the process.
    [[nodiscard]] std::vector<net::subscriber_info> list_local() const;
    [[nodiscard]] std::string const& epoch() const noexcept { return core_.epoch(); }
    [[nodiscard]] broker_options const& options() const noexcept { return options_; }
    /// What events must keep to.
    [[nodiscard]] wire::event_rules const& rules() const noexcept { return rules_; }
    [[nodiscard]] executor_type const& executor() const noexcept { return executor_; }
    [[nodiscard]] executor_type const& strand() const noexcept { return strand_; }

    // ---- The strand only.

    /// Publishes an event that keeps to `rules`. What the loop turn publishes is fanned out
    /// together, when the turn's events are exhausted.
    /// @param r Told its place, unless null.
    /// @param counts Told what became of the event, which is fanned out at once for that, unless
    /// null.
    boost::system::error_code publish_on_strand(event&& e, receipt* r = nullptr,
                                                delivery_counts* counts = nullptr);

    /// Fans out what was published at once.
    void flush_now() noexcept { flush(); }

    /// As `core::broker::attach` and `detach`, between turns.
    core::filter_id attach(filter const& f);
    void detach(core::filter_id id);

    /// A subscriber with a queue of `capacity` events has come, or gone: what the intake hands over
    /// at a time is bounded by the smallest.
    void add_queue(std::size_t capacity) { ++queue_sizes_[capacity]; }
    void remove_queue(std::size_t capacity) noexcept;

    void add_sink(net::turn_sink& sink);
    void remove_sink(net::turn_sink& sink);

    [[nodiscard]] std::uint64_t last_seq() const noexcept { return core_.last_seq(); }

    /// History, after everybody was told of what it let go of. Not from within a fan-out.
    [[nodiscard]] core::history const& up_to_date_history();
    /// Lets go of what has become too old for history, and tells everybody.
    void expire_history();
    [[nodiscard]] core::history const& history() const noexcept { return core_.history(); }

private:
    struct change {
        std::shared_ptr<mailbox> box;
        bool add;
    };

    boost::system::error_code check(event const& e) const;
    template <class Event>
    boost::system::error_code enter_intake(Event&& e, std::unique_ptr<pending_receipt>& waits);
    boost::system::error_code refuse(std::size_t events, intake_places const& places);
    template <class Event>
    boost::intrusive_ptr<published_event> prepare(Event&& e, time_point now) const;
    void schedule_drain();
    void drain();
    void drain_some();
    [[nodiscard]] std::uint64_t find_duplicate(event const& e);
    void accept(intake_entry entry, time_point now);
    void sequence(boost::intrusive_ptr<published_event> e, time_point now,
                  net::turn_clock::time since, receipt* r);
    void schedule_flush();
    void flush() noexcept;
    void finish_stop();
    void apply_changes();
    void apply_add(std::shared_ptr<mailbox> box);
    void apply_remove(mailbox& box);
    void begin_in_history(std::shared_ptr<mailbox> const& box);
    void end_those_at(std::uint64_t seq);
    void end_at(std::shared_ptr<mailbox> const& box, time_point moment);
    void note_behind(std::shared_ptr<mailbox> const& box, bool behind);
    void publish_figures() noexcept;

    executor_type const executor_;
    executor_type const strand_;   // or one that needs none
    broker_options const options_;
    wire::event_rules const rules_{options_.limits, options_.strict_catalog};

    // What publishers write and what the strand writes must not share a cache line: either would
    // make the other wait for every event.
    static constexpr std::size_t cache_line = 64;

    // Written by publishers.
    intake intake_;
    alignas(cache_line) std::atomic<bool> drain_scheduled_{false};
    std::atomic<bool> stopped_{false};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<std::size_t> subscribers_{0};
    std::atomic<std::uint64_t> subscribers_refused_{0};
    std::atomic<std::uint64_t> next_id_{1};

    // Written by the strand, read by `stats`.
    alignas(cache_line) std::atomic<std::uint64_t> published_{0};
    std::atomic<std::uint64_t> duplicates_{0};
    std::shared_ptr<std::atomic<std::uint64_t>> const oldest_seq_ =
        std::make_shared<std::atomic<std::uint64_t>>(1);
    std::atomic<std::size_t> history_events_{0};
    std::atomic<std::size_t> history_bytes_{0};
    core::type_counts by_type_;
    net::turn_clock turn_clock_;

    // Who subscribes and unsubscribes. A change takes effect before the next event is sequenced.
    alignas(cache_line) mutable std::mutex registry_mutex_;
    std::unordered_map<std::uint64_t, std::shared_ptr<mailbox>> registry_;
    std::shared_ptr<mailbox_plan const> last_plan_;
    std::vector<change> changes_;
    std::vector<net::turn_sink*> sinks_;
    net::sink_totals retired_;
    std::atomic<bool> changes_pending_{false};

    // The strand's own.
    core::broker core_;
    shutdown_service& service_;
    std::vector<std::vector<std::shared_ptr<mailbox>>> boxes_;   // by filter_id
    std::map<std::size_t, std::size_t> queue_sizes_;             // how many subscribers of each
    std::vector<std::shared_ptr<mailbox>> behind_;
    bool left_behind_ = false;   // somebody among them has left
    std::unordered_map<std::uint64_t, boost::asio::system_timer> ends_;   // by mailbox id
    std::set<std::pair<std::uint64_t, mailbox*>> last_events_;            // where subscriptions end
    bool flush_scheduled_ = false;
    bool finished_ = false;
};

}   // namespace thump::detail
