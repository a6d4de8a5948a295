// Which of many filters match an event.
#pragma once

#include <thump/event.hpp>
#include <thump/filter.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace thump::core {

/// Names a filter in an index, as long as somebody holds on to it.
using filter_id = std::uint32_t;

/// Holds each distinct filter once, however many subscriptions share it, and finds those that
/// match.
///
/// The patterns are tried once per event type; what they say is remembered until the set of filters
/// changes. Metadata conditions are tried per event, for the filters whose patterns match.
class filter_index {
public:
    /// Holds on to `f`. Every `acquire` wants one `release`.
    filter_id acquire(filter const& f);

    /// Lets go of a filter; the last to let go removes it, and its id may be given again.
    void release(filter_id id);

    /// Appends the ids of all filters that match `e`, each once, in no particular order.
    void match(event const& e, std::vector<filter_id>& out);

    /// The filter behind an id. Requires: somebody holds on to it.
    [[nodiscard]] filter const& at(filter_id id) const noexcept { return slots_[id].what; }

    /// Distinct filters now.
    [[nodiscard]] std::size_t size() const noexcept { return by_text_.size(); }

    /// Ids are below this.
    [[nodiscard]] std::size_t id_end() const noexcept { return slots_.size(); }

private:
    struct slot {
        filter what;
        std::size_t holders = 0;
    };
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    std::vector<filter_id> const& candidates(std::string_view type);

    std::deque<slot> slots_;
    std::vector<filter_id> free_;
    std::unordered_map<std::string, filter_id> by_text_;
    // Filters whose patterns match a type; types that have been seen since the filters changed.
    std::unordered_map<std::string, std::vector<filter_id>, text_hash, std::equal_to<>> by_type_;
};

}   // namespace thump::core
