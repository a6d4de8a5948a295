#include <net/broker_impl.hpp>

#include <net/pending_receipt.hpp>
#include <wire/event_rules.hpp>

#include <thump/errc.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <random>
#include <stdexcept>
#include <utility>

namespace thump::detail {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::string random_token()
{
    std::random_device device;
    std::string token;
    static constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    for (int i = 0; i < 16; ++i)
        token += digits[device() & 31];
    return token;
}

std::uint64_t random_seed()
{
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

broker_options checked(broker_options options)
{
    if (options.intake_capacity < 1 || options.intake_capacity > 1'000'000)
        throw std::invalid_argument{"thump::broker_options::intake_capacity must be 1 to 1000000"};
    if (options.max_subscribers < 1)
        throw std::invalid_argument{"thump::broker_options::max_subscribers must be at least 1"};
    if (!wire::check_source(options.default_source))
        throw std::invalid_argument{
            "thump::broker_options::default_source must be a URI-reference"};
    if (options.limits.max_event_bytes < 256 || options.limits.max_event_bytes > std::size_t{1}
                                                                                     << 20)
        throw std::invalid_argument{"thump::event_limits::max_event_bytes must be 256 to 1048576"};
    if (options.limits.max_json_depth < 1 || options.limits.max_json_depth > 256)
        throw std::invalid_argument{"thump::event_limits::max_json_depth must be 1 to 256"};
    if (options.history.max_events > 10'000'000)
        throw std::invalid_argument{"thump::history_options::max_events must be 0 to 10000000"};
    if (options.history.max_age.count() < 1)
        throw std::invalid_argument{"thump::history_options::max_age must be above 0"};
    if (options.dedup_window.count() < 0)
        throw std::invalid_argument{"thump::broker_options::dedup_window must not be negative"};
    if (options.max_remembered_ids < 1 || options.max_remembered_ids > 10'000'000)
        throw std::invalid_argument{
            "thump::broker_options::max_remembered_ids must be 1 to 10000000"};
    return options;
}

}   // namespace

broker_impl::broker_impl(executor_type ex, broker_options options)
    : executor_{ex}
    , strand_{options.implicit_strand ? ex : executor_type{asio::make_strand(ex)}}
    , options_{checked(std::move(options))}
    , intake_{options_.intake_capacity}
    , core_{random_token(), random_seed(), options_}
    , service_{shutdown_service::of(executor_)}
{
    service_.add(*this);
}

broker_impl::~broker_impl()
{
    // Nothing is under way on the strand: it would hold a share in this.
    service_.remove(*this);
    destroy_handlers();
    for (auto& [id, box] : registry_) {
        box->give_up_history(core_.evicted(), core_.history());
        box->finish(errc::stopped);
    }
}

void broker_impl::destroy_handlers() noexcept
{
    for (intake_entry entry; intake_.pop(entry);) {
        boost::intrusive_ptr<published_event> const dropped{entry.what, false};
        std::unique_ptr<pending_receipt> const receipt{entry.receipt};
    }
    // A waiting receive may own its subscription, whose end changes the registry.
    std::vector<std::shared_ptr<mailbox>> boxes;
    {
        std::lock_guard const lock{registry_mutex_};
        for (auto const& [id, box] : registry_)
            boxes.push_back(box);
    }
    for (auto const& box : boxes)
        box->destroy_waiters();
}

// ---------------------------------------------------------------- fan-out

void broker_impl::schedule_flush()
{
    if (std::exchange(flush_scheduled_, true)) return;
    try {
        // Behind whatever is ready to run in this turn of the loop.
        asio::post(strand_, [self = shared_from_this()] {
            self->flush_scheduled_ = false;
            self->flush();
        });
    } catch (std::bad_alloc const&) {
        flush_scheduled_ = false;   // what was published waits for the next that is
    }
}

// A fan-out cut short by an exception could neither be ended nor told to those it did not reach.
void broker_impl::flush() noexcept
{
    if (core_.turn_empty()) return;
    for (auto const id : core_.matched_filters()) {
        if (id >= boxes_.size() || boxes_[id].empty()) continue;
        auto const events = core_.matched(id);
        // Each mailbox takes over one reference to each event: cheaper than its own would be. Those
        // of another filter may have passed theirs on to other threads by now.
        auto const receivers = static_cast<std::uint32_t>(boxes_[id].size());
        for (auto const& e : events) {
            if (e->matching_filters == 1)
                e->add_references_unshared(receivers);
            else
                e->add_references(receivers);
        }
        for (auto const& box : boxes_[id])
            note_behind(box, box->deliver(events, core_.history()));
    }
    if (!core_.evicted().empty())
        std::erase_if(behind_, [&](auto const& box) {
            box->listed_behind = box->on_evicted(core_.evicted(), core_.history());
            return !box->listed_behind;
        });
    for (auto* const sink : sinks_)
        sink->on_turn(core_);
    if (!last_events_.empty()) end_those_at(core_.last_seq());
    turn_clock_.end_turn();
    core_.end_turn();
}

// ---------------------------------------------------------------- stopping

void broker_impl::stop()
{
    intake_.close();   // first: whoever returns from here, nothing more is accepted
    if (stopped_.exchange(true)) return;
    asio::post(strand_, [self = shared_from_this()] { self->finish_stop(); });
}

void broker_impl::finish_stop()
{
    // What took a place in the intake before it was closed was accepted, and is published. Visits
    // to it empty it, and between these receivers in the same context get their turns.
    if (intake_.size() > 0) {
        schedule_drain();
        asio::post(strand_, [self = shared_from_this()] { self->finish_stop(); });
        return;
    }
    apply_changes();
    flush();
    finished_ = true;
    ends_.clear();
    for (auto const& boxes : boxes_)
        for (auto const& box : boxes)
            box->finish(errc::end_of_stream);
    for (auto* const sink : sinks_)
        sink->on_stop();
}

// ---------------------------------------------------------------- figures

thump::stats broker_impl::stats() const
{
    thump::stats s;
    s.epoch = core_.epoch();
    s.last_seq = s.published = published_.load(std::memory_order_relaxed);
    s.duplicates = duplicates_.load(std::memory_order_relaxed);
    s.history_events = history_events_.load(std::memory_order_relaxed);
    s.history_bytes = history_bytes_.load(std::memory_order_relaxed);
    s.oldest_seq = oldest_seq_or_none();
    s.refused = refused();
    s.subscribers = subscribers_.load(std::memory_order_relaxed);
    s.intake_capacity = intake_.capacity();
    s.intake_size = intake_.size();

    std::lock_guard const lock{registry_mutex_};
    auto all = retired_;
    for (auto const& [id, box] : registry_)
        all += box->totals();
    for (auto const* const sink : sinks_)
        all += sink->totals();
    s.ledger = all.ledger;
    s.gaps = all.gaps;
    s.history_overrun = all.overruns;
    s.subscription_ended = all.unread_at_end;
    s.queue_full = all.ledger.dropped - all.overruns - all.unread_at_end;
    return s;
}

void broker_impl::survey_local(net::subscriber_survey& into) const
{
    std::lock_guard const lock{registry_mutex_};
    for (auto const& [id, box] : registry_)
        box->survey(into);
}

std::vector<net::subscriber_info> broker_impl::list_local() const
{
    std::lock_guard const lock{registry_mutex_};
    std::vector<net::subscriber_info> all;
    all.reserve(registry_.size());
    for (auto const& [id, box] : registry_)
        all.push_back(box->info());
    return all;
}

}   // namespace thump::detail
