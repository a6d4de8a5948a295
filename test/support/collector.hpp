// A subscriber that takes whatever comes.
#pragma once

#include <thump/delivery.hpp>
#include <thump/errc.hpp>
#include <thump/subscription.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace thump::test {

/// A delivery in short: `17` is an event, `[18..20 3 queue_full]` a gap of three events.
inline std::string text_of(delivery const& d)
{
    if (auto const* const e = d.as_event()) return std::to_string(e->seq);
    auto const* const g = d.as_gap();
    if (!g) return "nothing";
    return '[' + std::to_string(g->from) + ".." + std::to_string(g->to) + ' ' +
           std::to_string(g->dropped) + ' ' + std::string{to_string(g->reason)} + ']';
}

/// What a subscriber can have without waiting, in short: `1 2 [3..3 1 queue_full] end_of_stream`.
inline std::string take_all(subscription& s)
{
    std::string text;
    boost::system::error_code ec;
    while (auto const next = s.try_receive(ec))
        text += (text.empty() ? "" : " ") + text_of(*next);
    if (ec)
        text.append(text.empty() ? "" : " ").append(describe(static_cast<errc>(ec.value())).name);
    return text;
}

/// Receives from `start` until the stream ends, and keeps all of it.
class collector {
public:
    explicit collector(subscription s) : from{std::move(s)} {}
    collector(collector const&) = delete;
    collector& operator=(collector const&) = delete;

    void start()
    {
        from.async_receive([this](boost::system::error_code ec, delivery d) {
            if (ec) {
                end = ec;
                ended.store(true);
                return;
            }
            got.push_back(std::move(d));
            start();
        });
    }

    /// The sequence numbers of the events that came.
    [[nodiscard]] std::vector<std::uint64_t> seqs() const
    {
        std::vector<std::uint64_t> all;
        for (auto const& d : got)
            if (d.is_event()) all.push_back(d.as_event()->seq);
        return all;
    }

    subscription from;
    std::vector<delivery> got;   // read it when `ended`, or on the thread that receives
    boost::system::error_code end;
    std::atomic<bool> ended{false};
};

}   // namespace thump::test
