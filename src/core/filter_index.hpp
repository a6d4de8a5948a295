// Which of many filters match an event.
#pragma once

#include <core/text_hash.hpp>

#include <thump/event.hpp>
#include <thump/filter.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
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
/// Patterns stand in a tree of their tokens, which is walked once per event type; the patterns that
/// fit a type are remembered until the set of patterns changes. Metadata comes after: the filters
/// of a pattern are found by a value that they want, not tried one by one. So an event costs by
/// what matches it, and next to nothing for what does not.
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
        std::uint64_t found_for = 0;   // the number of the last event that it was found for
    };

    // The filters that share a pattern.
    struct pattern_filters {
        std::vector<filter_id> plain;                           // no other pattern, no condition
        std::vector<filter_id> several;                         // other patterns, no condition
        by_text<by_text<std::vector<filter_id>>> conditional;   // by key and value of one condition
        std::size_t count = 0;
    };

    // A place in the tree of patterns. `*` and `>` are tokens like others there.
    struct node {
        by_text<std::unique_ptr<node>> next;
        std::unique_ptr<pattern_filters> here;   // of the pattern that ends here, if one does
    };

    using fitting = std::vector<pattern_filters const*>;

    template <class F>
    static void for_each_place(pattern_filters& filters, filter const& f, F visit);
    void enter(type_pattern const& pattern, filter const& f, filter_id id);
    void leave(type_pattern const& pattern, filter const& f, filter_id id);
    static bool prune(node& from, std::string_view rest);
    static void collect(node const& from, std::string_view rest, fitting& out);
    fitting const& patterns_for(std::string_view type);
    void forget_types() noexcept;
    void add_once(filter_id id, std::vector<filter_id>& out);

    std::deque<slot> slots_;
    std::vector<filter_id> free_;
    std::unordered_map<std::string, filter_id> by_text_;
    node root_;
    by_text<fitting> by_type_;   // what was found for types since the patterns changed
    by_text<fitting>::value_type const* last_ = nullptr;   // what was found last, if it is known
    std::uint64_t events_ = 0;
};

}   // namespace thump::core
