// What history should keep, and where positions in it begin, said as plainly as possible.
#pragma once

#include <core/history.hpp>

#include <thump/broker_options.hpp>
#include <thump/event_ptr.hpp>
#include <thump/filter.hpp>
#include <thump/position.hpp>
#include <thump/time_point.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace thump::test {

/// All that was ever published, and how much of it is kept.
class history_model {
public:
    struct kept {
        event_ptr what;
        time_point published;
        std::optional<gap_reason> gone = {};
    };

    explicit history_model(history_options const& options) : options_{options} {}

    void push(event_ptr const& e, time_point now)
    {
        expire(now);
        if (events() > 0) now = std::max(now, all_.back().published);
        all_.push_back({e, now});
        while (events() > options_.max_events || (events() > 1 && bytes() > options_.max_bytes))
            all_[first() - 1].gone = gap_reason::history_overrun;
    }

    void expire(time_point now)
    {
        time_point const oldest{now.seconds - options_.max_age.count(), now.nanoseconds};
        for (auto& k : all_)
            if (!k.gone && k.published < oldest) k.gone = gap_reason::expired;
    }

    /// The oldest event that is kept; one past the newest where none is.
    [[nodiscard]] std::uint64_t first() const
    {
        auto const found = std::ranges::find_if(all_, [](kept const& k) { return !k.gone; });
        return static_cast<std::uint64_t>(found - all_.begin()) + 1;
    }

    [[nodiscard]] std::uint64_t newest() const { return all_.size(); }
    [[nodiscard]] std::size_t events() const { return all_.size() + 1 - first(); }

    [[nodiscard]] std::size_t bytes() const
    {
        std::size_t sum = 0;
        for (auto const& k : all_)
            sum += k.gone ? 0 : k.what->size_bytes();
        return sum;
    }

    [[nodiscard]] kept const& at(std::uint64_t seq) const { return all_[seq - 1]; }

    /// What is kept from `from` to `to` and matches.
    [[nodiscard]] std::vector<event_ptr> matching(filter const& f, std::uint64_t from,
                                                  std::uint64_t to) const
    {
        std::vector<event_ptr> found;
        for (auto seq = std::max(from, first()); seq <= std::min(to, newest()); ++seq)
            if (f.matches(*at(seq).what)) found.push_back(at(seq).what);
        return found;
    }

    /// The first event that `since` asks for; nothing where that cannot be told any more.
    [[nodiscard]] std::optional<std::uint64_t>
    begin(position const& since, std::string const& epoch, filter const& f, time_point now) const
    {
        if (auto const* const at = std::get_if<cursor>(&since))
            return at->epoch == epoch ? after(at->seq) : std::nullopt;
        if (auto const* const at = std::get_if<at_sequence>(&since)) return after(at->seq);
        if (auto const* const last = std::get_if<last_events>(&since)) {
            auto const all = matching(f, first(), newest());
            if (last->count == 0) return newest() + 1;
            return last->count > all.size() ? first() : all[all.size() - last->count]->seq;
        }
        if (std::holds_alternative<earliest>(since)) return first();
        auto const moment = std::holds_alternative<time_point>(since)
                                ? std::get<time_point>(since)
                                : time_point{now.seconds - std::get<time_back>(since).span.count(),
                                             now.nanoseconds};
        auto seq = first();
        while (seq <= newest() && at(seq).published < moment)
            ++seq;
        return seq;
    }

private:
    [[nodiscard]] std::optional<std::uint64_t> after(std::uint64_t seq) const
    {
        if (seq > newest() || seq + 1 < first()) return std::nullopt;
        return seq + 1;
    }

    history_options const options_;
    std::vector<kept> all_;   // by seq, which starts at 1
};

}   // namespace thump::test
