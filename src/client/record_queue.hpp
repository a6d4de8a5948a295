// What a stream has read ahead: between its connection and those who receive.
#pragma once

#include <client/stream_place.hpp>

#include <net/shutdown_service.hpp>
#include <net/waiting_receives.hpp>

#include <thump/error.hpp>
#include <thump/stream.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace thump::client_side {

/// Records in their order, how far they were received, and why there are no more.
///
/// Thread safety: any thread may call any member. Handlers are posted with the lock held, so that
/// they are in the order of their operations; none runs inside a call.
class record_queue final : public detail::handler_keeper,
                           public std::enable_shared_from_this<record_queue> {
public:
    using waiter_list = detail::waiting_receives<stream_record>;

    /// @param ex Operations that wait do not outlive its context.
    /// @param capacity Records at which whoever reads them is to wait, above 0.
    /// @param began Where the stream begins, if that is known.
    /// @param on_room Called when there is room again for one who was refused it by `has_room`.
    record_queue(boost::asio::any_io_executor const& ex, std::size_t capacity,
                 std::optional<thump::cursor> began, std::function<void()> on_room);
    ~record_queue();

    record_queue(record_queue const&) = delete;
    record_queue& operator=(record_queue const&) = delete;

    // ---- For those who receive.

    /// Begins a receive, or a wait for something to receive.
    void await(waiter_list::handler_type handler);
    /// Ends one that still waits.
    void cancel(std::uint64_t waiter_id);
    [[nodiscard]] std::optional<stream_record> try_receive(boost::system::error_code& ec);

    /// The place of the last record that was received.
    [[nodiscard]] std::optional<thump::cursor> cursor() const;
    /// Why there are no more; empty while there may be.
    [[nodiscard]] error failure() const;

    /// Ends it, and loses what waits. Whatever ended it before remains the reason.
    void close(error why);

    // ---- For the one who reads.

    /// @param seq Where the record leads to, once it is received; none: it leads nowhere.
    void push(stream_record record, std::optional<std::uint64_t> seq = std::nullopt);
    /// Whether another record is to be read now. If not, `on_room` will be called.
    [[nodiscard]] bool has_room();
    /// Nothing comes behind what waits.
    void end(error why);

    // ---- For its context's end.

    [[nodiscard]] std::shared_ptr<void> share() noexcept override
    {
        return weak_from_this().lock();
    }
    void destroy_handlers() override;

private:
    struct entry {
        stream_record record;
        std::optional<std::uint64_t> seq;
    };

    // With the lock held.
    [[nodiscard]] stream_record take_front();
    void match_waiters();
    [[nodiscard]] bool room_to_tell() noexcept;

    std::size_t const capacity_;
    std::function<void()> const on_room_;
    detail::shutdown_service& service_;

    mutable std::mutex mutex_;
    std::deque<entry> entries_;
    waiter_list waiters_;
    stream_place place_;
    error failure_;
    bool room_wanted_ = false;
};

}   // namespace thump::client_side
