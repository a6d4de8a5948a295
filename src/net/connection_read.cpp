// What arrives on a connection: from the socket to the protocol, and no further than replies are
// taken.
#include <net/connection.hpp>

#include <net/shard.hpp>
#include <net/would_block.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace thump::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// What one peer may have before the others have their turn: less than what one read can be expanded
// to, and more than a read has where nothing is.
constexpr std::size_t bytes_a_turn = std::size_t{256} << 10;

// From so many on, more are expected.
constexpr std::uint8_t small_reads_in_a_row = 2;

}   // namespace

void connection::wait_readable()
{
    if (!may_read()) return;
    reading_ = true;
    if (requests_are_small()) return receive();
    block_.reset();
    socket_.async_wait(socket_type::wait_read,
                       [self = shared_from_this()](error_code ec) { self->on_readable(ec); });
}

// Whether the next bytes are wanted, and nobody waits for them yet.
bool connection::may_read() const noexcept
{
    if (reading_ || input_ended_ || state_ == state::closed) return false;
    return state_ != state::open || (!replies_blocked() && !yielding_ && held_.empty());
}

// A connection on which one small request follows another. Asio arms every wait by a system call,
// but not a receive, which in turn wants memory for as long as it waits.
bool connection::requests_are_small() const noexcept
{
    return small_reads_ >= small_reads_in_a_row && !subscriber_;
}

void connection::receive()
{
    if (!block_) block_ = std::make_unique_for_overwrite<request_block>();
    socket_.async_receive(asio::buffer(*block_),
                          [self = shared_from_this()](error_code ec, std::size_t size) {
                              self->on_received(ec, size);
                          });
}

void connection::on_received(error_code ec, std::size_t size)
{
    reading_ = false;
    if (state_ == state::closed) return;
    if (ec == asio::error::eof) return on_input_end();
    if (ec) return abort();
    // Out of the way while it is read: an end that begins meanwhile waits for input too.
    auto block = std::move(block_);
    take_in(std::span{*block}.first(size));
    if (!block_) block_ = std::move(block);
    if (size == sizeof(request_block) && may_read()) return read();   // there may be more
    wait_readable();
}

void connection::on_readable(error_code ec)
{
    reading_ = false;
    if (state_ == state::closed) return;
    if (ec) return abort();
    read();
}

void connection::read()
{
    error_code ec;
    auto const buffer = home_.read_buffer();
    auto const size = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), ec);
    if (ec == asio::error::eof) return on_input_end();
    if (ec && !would_block(ec)) return abort();
    take_in(buffer.first(size));
    wait_readable();
}

void connection::take_in(std::span<char> bytes)
{
    if (bytes.empty() || state_ != state::open) return;
    if (bytes.size() >= sizeof(request_block))
        small_reads_ = 0;
    else if (small_reads_ < small_reads_in_a_row)
        ++small_reads_;
    spent_ = 0;
    feed(bytes);
}

void connection::on_input_end()
{
    input_ended_ = true;
    if (state_ == state::lingering) return abort();
    if (state_ == state::open) protocol_->on_end_of_input();
}

void connection::feed(std::span<char> bytes)
{
    auto const taken = feed_protocol(bytes);
    if (state_ != state::open) return;
    held_.append(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
    flush();
    feed_held();
}

std::size_t connection::feed_protocol(std::span<char> bytes)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ == state::open && !replies_blocked() && !yielding_) {
        auto const used = protocol_->on_bytes(bytes.subspan(taken));
        taken += used;
        if (next_protocol_)
            begin_stream();
        else if (used == 0)
            break;
    }
    return taken;
}

bool connection::yield_if_due()
{
    if (spent_ <= bytes_a_turn) return false;
    spent_ = 0;
    yielding_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->yielding_ = false;
        self->feed_held();
        self->wait_readable();
    });
    return true;
}

void connection::begin_stream()
{
    protocol_ = std::move(next_protocol_);
    if (state_ == state::closed || std::exchange(streaming_, true)) return;
    home_.begin_stream();
}

void connection::feed_held()
{
    while (!held_.empty() && state_ == state::open && !replies_blocked() && !yielding_) {
        auto bytes = std::exchange(held_, {});
        auto const taken = feed_protocol(bytes);
        if (state_ != state::open) return;
        held_.assign(bytes, taken);
        flush();
    }
}

}   // namespace thump::net
