#include <net/outbox.hpp>

#include <core/history.hpp>
#include <net/delivery_count.hpp>
#include <wire/control_json.hpp>

#include <algorithm>
#include <utility>

namespace thump::net {
namespace {

namespace asio = boost::asio;

// What one send is given: enough to be worth a system call, little enough to stay in the cache.
constexpr std::size_t max_gather_bytes = std::size_t{256} << 10;

detail::frame_ptr const& frame_at(event_queue const& events, std::size_t index)
{
    return frame_of(*events.backlog.at(index), events.form, events.epoch);
}

asio::const_buffer tail_of(std::string_view bytes, std::size_t from)
{
    return {bytes.data() + from, bytes.size() - from};
}

}   // namespace

outbox::gathered outbox::gather(event_queue* events, buffers& out, std::size_t max_events)
{
    std::size_t count = 0;
    std::size_t next = 0;   // event
    if (cut_frame_) {
        out[count++] = tail_of(cut_frame_->bytes(), front_sent_);
    } else if (front_sent_ > 0) {
        out[count++] = tail_of(frame_at(*events, next++)->bytes(), front_sent_);
    }
    // Between two frames: whatever is not an event goes first.
    if (events && next == 0 && !cut_frame_ && max_events > 0) stage_gaps(*events);
    if (byte_count() > 0) out[count++] = tail_of(bytes_, bytes_sent_);
    if (!events) return {count, 0};

    std::size_t total = 0;
    auto const run = events->backlog.run();
    std::size_t begun = 0;
    while (next < run && begun < max_events && count < out.size() && total < max_gather_bytes) {
        auto const bytes = frame_at(*events, next++)->bytes();
        out[count++] = tail_of(bytes, 0);
        total += bytes.size();
        ++begun;
    }
    return {count, begun};
}

void outbox::stage_gaps(event_queue& events)
{
    while (auto const due = events.backlog.take_gap())
        tell(events, *due);
}

void outbox::tell(event_queue& events, gap lost)
{
    if (events.oldest_seq) core::mark_recoverable(lost, events.oldest_seq->load());
    ++events.gaps_told;
    std::string json;
    wire::append_gap(json, lost);
    append_control(bytes_, events.form, "gap",
                   control_text(events.gap_format, events.epoch, "gap", std::move(json)));
}

void outbox::consume(event_queue* events, std::size_t count)
{
    taken_ += count;
    if (cut_frame_) {
        auto const taken = std::min(count, cut_frame_->size() - front_sent_);
        front_sent_ += taken;
        count -= taken;
        if (front_sent_ < cut_frame_->size()) return;
        cut_frame_.reset();
        front_sent_ = 0;
    } else if (front_sent_ > 0) {
        auto const left = frame_at(*events, 0)->size() - front_sent_;
        if (count < left) {
            front_sent_ += count;
            return;
        }
        count -= left;
        front_sent_ = 0;
        events->backlog.pop();
    }

    auto const bytes = std::min(count, byte_count());
    bytes_sent_ += bytes;
    count -= bytes;
    if (byte_count() > 0) {
        // A peer that always leaves some replies unread must not make the string grow for ever.
        if (bytes_sent_ > bytes_.size() / 2) {
            bytes_.erase(0, bytes_sent_);
            bytes_sent_ = 0;
        }
        return;
    }
    if (bytes_sent_ > 0) {
        std::string{}.swap(bytes_);   // assigning an empty string would keep the memory
        bytes_sent_ = 0;
    }

    while (count > 0) {
        auto const size = frame_at(*events, 0)->size();
        if (count < size) {
            front_sent_ = count;
            events->backlog.pin_front();
            return;
        }
        count -= size;
        events->backlog.pop();
    }
    if (events && events->backlog.idle()) events->backlog.release_memory();
}

core::push_result outbox::push_partly_sent(event_queue& events, std::span<event_ptr const> rest,
                                           std::size_t sent)
{
    auto result = core::push_result::queued;
    for (auto const& e : rest) {
        auto const pushed = events.backlog.push(e);
        count(*e, pushed);
        // An empty queue takes any event, so the one at the front is the one that was begun.
        if (sent > 0 && &e == rest.data()) {
            front_sent_ = sent;
            events.backlog.pin_front();
        }
        if (pushed != core::push_result::queued) result = pushed;
        if (pushed == core::push_result::closed) break;
    }
    return result;
}

// A frame that was begun must be ended, or what follows it cannot be understood. Whether the event
// at the front of the queue is the one.
bool outbox::keep_begun(event_queue const& events)
{
    if (front_sent_ == 0 || cut_frame_) return false;
    cut_frame_ = frame_at(events, 0);
    return true;
}

void outbox::detach_begun(event_queue& events)
{
    if (keep_begun(events)) events.backlog.pop();
}

void outbox::abandon_events(event_queue& events)
{
    keep_begun(events);
    events.backlog.abandon();
}

}   // namespace thump::net
