// What waits to be sent to one connection, in the order in which it will be sent.
#pragma once

#include <core/backlog.hpp>
#include <net/encoder.hpp>

#include <thump/event_ptr.hpp>

#include <boost/asio/buffer.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace thump::net {

/// The event half of an outbox: a bounded queue of shared frames, and how they are encoded.
class event_queue {
public:
    /// @param options,of_epoch Must outlive the queue.
    /// @param oldest Sequence number of the oldest event in history, likewise; null: no history.
    /// @param of_gaps Whether gaps are CloudEvents.
    event_queue(core::backlog_options const& options, encoding as, std::string_view of_epoch,
                std::atomic<std::uint64_t> const* oldest = nullptr,
                wire::stream_format of_gaps = wire::stream_format::thump) noexcept
        : backlog{options}, form{as}, gap_format{of_gaps}, epoch{of_epoch}, oldest_seq{oldest}
    {
    }

    core::backlog backlog;
    encoding const form;
    wire::stream_format const gap_format;
    std::string_view const epoch;
    std::atomic<std::uint64_t> const* const oldest_seq;
    std::uint64_t gaps_told = 0;
};

/// Bytes and events waiting for one socket: no sockets in here.
///
/// Bytes are replies and control frames, already encoded; they are not bounded here (whoever makes
/// them stops when `byte_count` grows) and go out at the next boundary between two frames, ahead of
/// queued events. Events are bounded and accounted for by the subscriber's `event_queue`.
///
/// An idle outbox holds no memory.
class outbox {
public:
    static constexpr std::size_t max_buffers = 64;
    using buffers = std::array<boost::asio::const_buffer, max_buffers>;

    /// Adds bytes: whole frames or replies.
    void push_bytes(std::string_view bytes) { bytes_.append(bytes); }

    /// The string that bytes can be appended to directly.
    [[nodiscard]] std::string& bytes() noexcept { return bytes_; }

    [[nodiscard]] std::size_t byte_count() const noexcept { return bytes_.size() - bytes_sent_; }

    /// Bytes that wait though no queue bounds them: replies, and the rest of a frame whose queue is
    /// gone.
    [[nodiscard]] std::size_t unqueued_bytes() const noexcept
    {
        return byte_count() + (cut_frame_ ? cut_frame_->size() - front_sent_ : 0);
    }

    /// All bytes that the socket took through `consume`.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

    /// Whether nothing waits.
    [[nodiscard]] bool idle(event_queue const* events) const noexcept
    {
        return bytes_.empty() && !cut_frame_ && (!events || events->backlog.idle());
    }

    /// What `gather` filled.
    struct gathered {
        std::size_t buffers = 0;   ///< 0: nothing waits, or may be sent
        std::size_t events = 0;    ///< begun by these buffers
    };

    /// Fills `out` with what is to be sent next.
    /// @param max_events How many events may be begun. A gap is told with the event behind it.
    gathered gather(event_queue* events, buffers& out, std::size_t max_events = SIZE_MAX);

    /// Takes note that the socket took `count` of the bytes that `gather` gave.
    void consume(event_queue* events, std::size_t count);

    /// Queues events of which the socket has already taken the first `sent` bytes.
    /// Requires: `idle`, and the first event was not sent in full.
    core::push_result push_partly_sent(event_queue& events, std::span<event_ptr const> rest,
                                       std::size_t sent);

    /// Forgets queued events that were not begun, and no longer takes any.
    void abandon_events(event_queue& events);

    /// The event that was begun will be sent to its end, whatever becomes of its queue.
    void detach_begun(event_queue& events);

    /// Tells of a loss before whatever is queued.
    void tell(event_queue& events, gap lost);

private:
    void stage_gaps(event_queue& events);
    bool keep_begun(event_queue const& events);

    std::uint64_t taken_ = 0;
    std::string bytes_;
    std::size_t bytes_sent_ = 0;
    std::size_t front_sent_ = 0;    // of the event at the front of the queue
    detail::frame_ptr cut_frame_;   // sent in part when its queue was abandoned
};

}   // namespace thump::net
