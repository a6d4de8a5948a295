// The connections of one thread: their buffers, their timers, their part of the fan-out.
#pragma once

#include <core/duration_histogram.hpp>
#include <net/broker_impl.hpp>
#include <net/fan_group.hpp>
#include <net/fan_turn.hpp>
#include <net/outbox.hpp>
#include <net/protocol.hpp>
#include <net/slow_watch.hpp>
#include <net/stream_plan.hpp>
#include <net/subscriber.hpp>
#include <net/subscriber_survey.hpp>
#include <net/turn_sink.hpp>
#include <wire/stream_request.hpp>

#include <thump/server.hpp>
#include <thump/server_options.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace thump::net {

class connection;

/// Owns connections and sends each turn to those that subscribe. Everything happens on the broker's
/// strand unless said otherwise.
class shard final : public turn_sink, public std::enable_shared_from_this<shard> {
public:
    using socket_type = boost::asio::ip::tcp::socket;
    using make_protocol = std::function<std::unique_ptr<protocol>(connection&)>;

    /// @param first Makes the protocol that every new connection begins with.
    /// @param log Where it tells of slow subscribers; must outlive it.
    /// @throw std::system_error The system has no more threads.
    shard(std::shared_ptr<detail::broker_impl> broker, server_options const& options, journal& log,
          make_protocol first);

    void start();

    /// Takes in a connected socket.
    void adopt(socket_type socket);

    /// Ends every connection gracefully; `done` runs when the last one has gone.
    void drain(std::function<void()> done);

    /// Ends a subscription on an operator's behalf.
    /// @return whether it is one of this shard's.
    bool close_subscriber(std::uint64_t id);

    /// Cuts every connection.
    void abort_all();

    /// Stops timers and leaves the broker. Nothing may be asked of the shard after it.
    void close();

    // ---- For connections.

    /// What sockets are read into, one after another.
    [[nodiscard]] std::span<char> read_buffer() noexcept { return read_buffer_; }
    /// What is given to one send is listed here.
    [[nodiscard]] outbox::buffers& send_buffers() noexcept { return send_buffers_; }
    [[nodiscard]] server_options const& options() const noexcept { return options_; }
    [[nodiscard]] detail::broker_impl& broker() noexcept { return *broker_; }
    [[nodiscard]] bool draining() const noexcept { return draining_; }
    /// Whether anyone still has a stream, be it only to read what is queued or to say goodbye.
    [[nodiscard]] bool streaming() const noexcept { return streams_ > 0; }
    void begin_stream() noexcept { ++streams_; }
    void end_stream();

    void remove(connection& c);

    /// Gives the subscriber what is published from now on.
    /// What it wants of the past is read from history as its queue has room.
    /// @return the sequence number behind which the stream begins.
    std::uint64_t attach(subscriber& s);
    /// Gives it nothing that is published from now on; what it has yet to read it still reads.
    void detach(subscriber& s);
    /// The subscriber is about to go.
    void forget(subscriber& s);

    /// What `request` asks for; one and the same for all that ask for the same.
    [[nodiscard]] stream_plan_ptr plan_for(wire::stream_request const& request);

    /// Reads on in history for a subscriber that is behind.
    void refill(subscriber& s);

    /// Has the subscriber told of what history lets go of, if it is behind.
    void note_behind(subscriber& s);

    /// Has the subscriber's connection flushed at a later time, if it is not to be already.
    /// Requires: its rate is bounded.
    void wake(subscriber& s, steady_time when);

    /// Adds to the totals what a subscriber's ledger has changed by.
    void account(ledger const& before, ledger const& after, std::uint64_t gaps_told);
    /// Of what is accounted for next, so many are dropped since their subscription ends.
    void note_unread(std::uint64_t events) noexcept { uncommitted_.unread_at_end += events; }

    /// A socket took a turn at once.
    void note_written() noexcept { ++written_; }
    /// A subscriber's socket took nothing for so long.
    void note_blocked(std::chrono::nanoseconds how_long) noexcept { writes_.observe(how_long); }

    [[nodiscard]] std::span<std::shared_ptr<connection> const> connections() const noexcept
    {
        return connections_;
    }

    /// Adds everyone who subscribes now.
    void survey(subscriber_survey& into) const;

    /// How long sockets took to take what they were given. Any thread.
    [[nodiscard]] core::duration_histogram const& writes() const noexcept { return writes_; }

    /// Any thread.
    [[nodiscard]] std::size_t connection_count() const noexcept { return connection_count_.load(); }

    // ---- turn_sink

    void on_turn(core::broker const& turn) override;
    void on_stop() override;
    [[nodiscard]] sink_totals totals() const override;

private:
    void join_group(subscriber& s);
    std::uint64_t begin_in_history(subscriber& s);
    void tell_evicted(std::span<core::evicted_event const> gone);
    void sleep_until_next();
    void forget_wake(subscriber& s);
    void schedule_tick();
    void tick();
    void drain_connections();
    void tell_if_drained();
    void release_empty_groups(core::filter_id id);
    void commit_totals();
    void time_writes(steady_time began) noexcept;

    std::shared_ptr<detail::broker_impl> const broker_;
    server_options const& options_;
    make_protocol const first_;
    boost::asio::steady_timer timer_;
    std::array<char, std::size_t{64} << 10> read_buffer_;
    outbox::buffers send_buffers_;

    std::vector<std::shared_ptr<connection>> connections_;
    std::atomic<std::size_t> connection_count_{0};
    std::vector<std::vector<std::unique_ptr<fan_group>>> groups_;   // by filter_id
    std::size_t subscribers_ = 0;
    std::size_t streams_ = 0;   // connections that are no longer HTTP
    std::vector<subscriber*> behind_;
    std::unordered_map<std::string, std::weak_ptr<stream_plan const>> plans_;
    sleepers sleepers_;
    boost::asio::steady_timer sleep_timer_;
    fan_turn turn_;
    bool in_turn_ = false;
    bool draining_ = false;
    bool closed_ = false;
    std::function<void()> on_drained_;

    slow_watch slow_;
    std::uint64_t written_ = 0;   // sockets that took the turn under way at once
    core::duration_histogram writes_;
    sink_totals uncommitted_;   // of the turn under way
    mutable std::mutex totals_mutex_;
    sink_totals totals_;   // guarded by totals_mutex_
};

}   // namespace thump::net
