// A stream behind its handle: connects, reads, reconnects, resumes.
#pragma once

#include <client/backoff.hpp>
#include <client/endpoint.hpp>
#include <client/record_queue.hpp>
#include <client/stream_place.hpp>
#include <client/stream_terms.hpp>

#include <thump/client_options.hpp>
#include <thump/error.hpp>
#include <thump/stream.hpp>

#include <wire/server_record.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace thump::client_side {

/// Shared by the handle and by the one coroutine that does all the work, on a strand. Records go
/// from there to the receivers through a bounded queue; while it is full nothing is read.
class stream_impl : public std::enable_shared_from_this<stream_impl> {
public:
    /// @throw std::invalid_argument An option is out of its range.
    stream_impl(boost::asio::any_io_executor ex, endpoint where, client_options common,
                stream_options options);

    /// Begins to connect. Only once.
    void start();
    /// Ends the stream at once; from any thread. What was read ahead is lost.
    void close();

    /// What was read ahead. Requires: `start` was called.
    [[nodiscard]] record_queue& records() const noexcept { return *records_; }
    [[nodiscard]] boost::asio::any_io_executor const& executor() const noexcept
    {
        return executor_;
    }

private:
    using websocket = boost::beast::websocket::stream<boost::beast::tcp_stream>;
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
    [[nodiscard]] std::optional<std::uint64_t> begin_after(wire::welcome_record const& record,
                                                           std::optional<std::uint64_t> start);
    [[nodiscard]] std::optional<position> beginning() const;
    awaitable<void> put(stream_record record, std::optional<std::uint64_t> seq = std::nullopt);
    awaitable<void> pause(error why);
    [[nodiscard]] error read_failure(boost::system::error_code ec) const;
    [[nodiscard]] bool tries_again(error const& why) const;

    boost::asio::any_io_executor const executor_;
    boost::asio::strand<boost::asio::any_io_executor> const strand_;
    endpoint const where_;
    client_options const common_;
    stream_options const options_;
    std::shared_ptr<record_queue> records_;   // made once

    // The strand's own.
    std::optional<websocket> socket_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer room_;                   // cancelled when the queue has room again
    std::chrono::steady_clock::time_point deadline_;   // of the connection being made
    boost::beast::flat_buffer input_;
    backoff backoff_;
    std::optional<position> since_;   // where it begins, while there is no cursor
    stream_place place_;              // of what was read; the queue has that of what was received
    std::optional<std::chrono::steady_clock::time_point> live_since_;   // of the connection
    error told_;               // what the server said was wrong, before it closed
    bool welcomed_ = false;    // by any connection
    bool conflates_ = false;   // the connection's policy is `latest`
    bool closed_ = false;
};

}   // namespace thump::client_side
