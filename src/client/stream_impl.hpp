// A stream behind its handle: connects, reads, reconnects, resumes.
#pragma once

#include <client/backoff.hpp>
#include <client/endpoint.hpp>
#include <client/stream_terms.hpp>

#include <thump/client_options.hpp>
#include <thump/error.hpp>
#include <thump/stream.hpp>

#include <net/parked_handler.hpp>
#include <wire/server_record.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace thump::client_side {

/// Shared by the handle and by the one coroutine that does all the work, on a strand. Records go
/// from there to the receivers through a bounded channel; while it is full nothing is read.
class stream_impl : public std::enable_shared_from_this<stream_impl> {
public:
    using receive_handler = detail::parked_handler<void(boost::system::error_code, stream_record)>;

    /// @throw std::invalid_argument An option is out of its range.
    stream_impl(boost::asio::any_io_executor ex, endpoint where, client_options common,
                stream_options options);

    /// Begins to connect. Only once.
    void start();
    void receive(receive_handler handler);
    [[nodiscard]] std::optional<stream_record> try_receive(boost::system::error_code& ec);
    void close();

    [[nodiscard]] std::optional<thump::cursor> cursor() const;
    [[nodiscard]] error failure() const;
    [[nodiscard]] boost::asio::any_io_executor const& executor() const noexcept
    {
        return executor_;
    }

private:
    using websocket = boost::beast::websocket::stream<boost::beast::tcp_stream>;
    using channel = boost::asio::experimental::concurrent_channel<void(boost::system::error_code,
                                                                       stream_record)>;
    using resolution =
        std::pair<boost::system::error_code, boost::asio::ip::tcp::resolver::results_type>;
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    awaitable<void> run();
    awaitable<error> converse();
    awaitable<error> connect();
    awaitable<resolution> resolve();
    awaitable<error> handshake();
    awaitable<error> read_records();
    awaitable<error> take(wire::server_record record, std::string_view text);
    awaitable<error> welcome(wire::welcome_record record, stream_terms terms);
    void begin_after(wire::welcome_record const& record, std::optional<std::uint64_t> start);
    [[nodiscard]] std::optional<position> beginning() const;
    awaitable<void> put(stream_record record);
    awaitable<void> pause(error why);
    [[nodiscard]] boost::system::error_code outcome_of(boost::system::error_code said);
    [[nodiscard]] error read_failure(boost::system::error_code ec) const;
    [[nodiscard]] bool tries_again(error const& why) const;
    void move_cursor(std::uint64_t seq);
    awaitable<void> finish(error why);
    void fail(error why);

    boost::asio::any_io_executor const executor_;
    boost::asio::strand<boost::asio::any_io_executor> const strand_;
    endpoint const where_;
    client_options const common_;
    stream_options const options_;
    channel records_;

    // The strand's own.
    std::optional<websocket> socket_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point deadline_;   // of the connection being made
    boost::beast::flat_buffer input_;
    backoff backoff_;
    std::optional<position> since_;   // where it begins, while there is no cursor
    std::string epoch_;               // of the connection
    error told_;                      // what the server said was wrong, before it closed
    bool welcomed_ = false;           // by any connection
    bool conflates_ = false;          // the connection's policy is `latest`
    bool closed_ = false;

    // Read by any thread.
    mutable std::mutex mutex_;
    std::optional<thump::cursor> cursor_;
    error failure_;
};

}   // namespace thump::client_side
