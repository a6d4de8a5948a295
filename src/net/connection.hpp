// One TCP connection: reading, writing, and the order in which it ends.
#pragma once

#include <net/fan_group.hpp>
#include <net/outbox.hpp>
#include <net/protocol.hpp>
#include <net/send_deadline.hpp>
#include <net/subscriber.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace thump::net {

class shard;

/// A socket, its outbox, and the protocol spoken on it.
///
/// At any time at most one wait for reading (or receive) and one for writing are under way; nothing
/// is read or written behind them. The shard keeps it alive until `abort`, or until the peer and we
/// have both finished.
class connection : public std::enable_shared_from_this<connection> {
public:
    using socket_type = boost::asio::ip::tcp::socket;

    connection(socket_type socket, shard& home);
    ~connection();

    void start(std::unique_ptr<protocol> first);

    // ---- For protocols.

    [[nodiscard]] shard& home() noexcept { return home_; }
    [[nodiscard]] net::outbox& outbox() noexcept { return outbox_; }
    [[nodiscard]] net::protocol& protocol() noexcept { return *protocol_; }
    [[nodiscard]] net::subscriber* subscriber() noexcept { return subscriber_.get(); }
    [[nodiscard]] bool open() const noexcept { return state_ == state::open; }

    /// Whether the peer leaves so much unread that nothing more is read from it.
    [[nodiscard]] bool replies_blocked() const noexcept;

    /// Whether the socket takes no more for now.
    [[nodiscard]] bool write_blocked() const noexcept { return writing_; }

    /// Whether the peer has left replies untaken for longer than `send_timeout` allows. Requires:
    /// it is asked at every tick, and only where no events are queued.
    [[nodiscard]] bool replies_overdue(steady_time now) noexcept;

    /// Counts bytes that were dealt with since something was read, expanded where they came
    /// compressed.
    void spend(std::size_t bytes) noexcept { spent_ += bytes; }

    /// Whether these were many: then what is not taken is offered again once others had their turn.
    bool yield_if_due();

    /// The next bytes, and all after them, are for `next`: the connection is a stream now.
    void become(std::unique_ptr<net::protocol> next) { next_protocol_ = std::move(next); }

    /// Subscribes, in place of any subscription that it has. Requires: `s` is attached to nothing.
    /// @return the sequence number behind which the stream begins.
    std::uint64_t subscribe(std::unique_ptr<net::subscriber> s);

    /// Ends the subscription: no event that has not been begun is sent any more.
    void unsubscribe();

    /// Ends what is queued for the subscription, and tells the peer what it loses by that. It is
    /// then to be replaced or ended. Requires: between two turns, or it is not behind.
    void end_queue();

    /// No more events are matched; what is queued is still sent, as fast as it can be.
    void stop_events();

    /// Sends what waits, as far as the socket takes it.
    void flush();

    /// Sends what waits, tells the peer that nothing follows, and waits a while for it to finish
    /// too.
    void finish();

    /// Ends at once.
    void abort();

    /// The peer's address and port; empty when it has gone.
    [[nodiscard]] std::string remote() const;

    // ---- For the shard.

    /// What a socket took of a batch.
    struct offered {
        std::size_t sent = 0;
        boost::system::error_code ec = {};
    };

    /// Takes in a turn's events. Requires: it subscribes.
    /// @return whether nothing waits before them: they are to be offered to the socket, and what
    /// came of it told to `end_turn`. Otherwise they were queued.
    [[nodiscard]] bool begin_turn(fan_batch const& batch);
    /// Gives a batch to the socket, without waiting. Touches nothing but the socket: it may run on
    /// any thread, while the strand waits for it.
    [[nodiscard]] offered offer(fan_batch const& batch) noexcept;
    /// Accounts for what was sent, and queues the rest.
    void end_turn(fan_batch const& batch, offered const& taken);

    void on_tick(steady_time now);
    void on_drain();

    std::size_t place = 0;   ///< among the shard's connections

private:
    enum class state : std::uint8_t { open, finishing, lingering, closed };
    using request_block = std::array<char, 4096>;

    void wait_readable();
    void receive();
    void on_received(boost::system::error_code ec, std::size_t size);
    void on_readable(boost::system::error_code ec);
    void read();
    [[nodiscard]] bool may_read() const noexcept;
    [[nodiscard]] bool requests_are_small() const noexcept;
    void take_in(std::span<char> bytes);
    void on_input_end();
    void feed(std::span<char> bytes);
    std::size_t feed_protocol(std::span<char> bytes);
    void begin_stream();
    void feed_held();
    void wait_writable();
    void on_writable(boost::system::error_code ec);
    void queue_batch(net::subscriber& s, fan_batch const& batch);
    [[nodiscard]] std::size_t events_allowed();
    void note_sent(std::size_t events);
    void end_stream_in_time();
    bool end_subscription();
    void all_sent();
    void shut_down();

    shard& home_;
    socket_type socket_;
    net::outbox outbox_;
    std::unique_ptr<net::protocol> protocol_;
    std::unique_ptr<net::protocol> next_protocol_;
    std::unique_ptr<net::subscriber> subscriber_;
    std::string held_;                       // arrived while replies were blocked, or `yielding_`
    std::unique_ptr<request_block> block_;   // what requests are received into; null: not yet
    send_deadline replies_;
    std::size_t spent_ = 0;   // see `spend`
    steady_time linger_until_{};
    steady_time blocked_since_{};   // while `writing_`
    state state_ = state::open;
    std::uint8_t small_reads_ = 0;   // how many one after another
    bool reading_ = false;
    bool writing_ = false;
    bool yielding_ = false;   // until the others' turn is over
    bool input_ended_ = false;
    bool streaming_ = false;   // no longer HTTP
};

}   // namespace thump::net
