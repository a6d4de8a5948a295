#include <core/filter_index.hpp>

#include <core/type_tokens.hpp>

#include <algorithm>
#include <utility>

namespace thump::core {
namespace {

// Publishers choose the types: what is remembered of them is bounded.
constexpr std::size_t max_remembered_types = 4096;

// The condition with the fewest values: the filter is listed by each of them.
metadata_condition const& narrowest(filter const& f)
{
    return *std::ranges::min_element(f.conditions(), {},
                                     [](auto const& c) { return c.any_of.size(); });
}

}   // namespace

filter_id filter_index::acquire(filter const& f)
{
    auto text = f.to_string();
    if (auto const known = by_text_.find(text); known != by_text_.end()) {
        ++slots_[known->second].holders;
        return known->second;
    }
    filter_id id;
    if (free_.empty()) {
        id = static_cast<filter_id>(slots_.size());
        slots_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
    }
    slots_[id] = {f, 1};
    by_text_.emplace(std::move(text), id);
    for (auto const& pattern : f.patterns())
        enter(pattern, f, id);
    return id;
}

void filter_index::release(filter_id id)
{
    auto& s = slots_[id];
    if (--s.holders != 0) return;
    by_text_.erase(s.what.to_string());
    for (auto const& pattern : s.what.patterns())
        leave(pattern, s.what, id);
    s.what = filter{};
    free_.push_back(id);
}

// ---------------------------------------------------------------- the tree of patterns

// The lists of a pattern in which a filter stands.
template <class F>
void filter_index::for_each_place(pattern_filters& filters, filter const& f, F visit)
{
    if (f.conditions().empty())
        return visit(f.patterns().size() == 1 ? filters.plain : filters.several);
    auto const& [key, values] = narrowest(f);
    auto& by_value = filters.conditional[key];
    for (auto const& value : values) {
        auto& ids = by_value[value];
        visit(ids);
        if (ids.empty()) by_value.erase(value);
    }
    if (by_value.empty()) filters.conditional.erase(key);
}

void filter_index::enter(type_pattern const& pattern, filter const& f, filter_id id)
{
    auto* at = &root_;
    for (std::string_view rest = pattern.text(); !rest.empty();) {
        auto& next = at->next[std::string{next_token(rest)}];
        if (!next) next = std::make_unique<node>();
        at = next.get();
    }
    if (!at->here) {
        at->here = std::make_unique<pattern_filters>();
        forget_types();
    }
    ++at->here->count;
    for_each_place(*at->here, f, [&](auto& ids) { ids.push_back(id); });
}

void filter_index::leave(type_pattern const& pattern, filter const& f, filter_id id)
{
    auto* at = &root_;
    for (std::string_view rest = pattern.text(); !rest.empty();)
        at = at->next.find(next_token(rest))->second.get();
    for_each_place(*at->here, f, [&](auto& ids) { std::erase(ids, id); });
    if (--at->here->count > 0) return;
    at->here.reset();
    prune(root_, pattern.text());
    forget_types();
}

// Removes the nodes along a path that lead nowhere any more. Whether `from` is one of them.
bool filter_index::prune(node& from, std::string_view rest)
{
    if (!rest.empty()) {
        auto const next = from.next.find(next_token(rest));
        if (prune(*next->second, rest)) from.next.erase(next);
    }
    return from.next.empty() && !from.here;
}

// Finds the patterns below `from` that fit what is left of a type.
void filter_index::collect(node const& from, std::string_view rest, fitting& out)
{
    if (rest.empty()) {
        if (from.here) out.push_back(from.here.get());
        return;
    }
    if (auto const tail = from.next.find(">"); tail != from.next.end())
        out.push_back(tail->second->here.get());
    auto const token = next_token(rest);
    for (auto const wanted : {token, std::string_view{"*"}})
        if (auto const next = from.next.find(wanted); next != from.next.end())
            collect(*next->second, rest, out);
}

filter_index::fitting const& filter_index::patterns_for(std::string_view type)
{
    // Events of a type often come in a row.
    if (last_ && last_->first == type) return last_->second;
    auto known = by_type_.find(type);
    if (known == by_type_.end()) {
        if (by_type_.size() >= max_remembered_types) forget_types();
        known = by_type_.try_emplace(std::string{type}).first;
        collect(root_, type, known->second);
    }
    last_ = &*known;
    return last_->second;
}

void filter_index::forget_types() noexcept
{
    by_type_.clear();
    last_ = nullptr;
}

// ---------------------------------------------------------------- matching

void filter_index::match(event const& e, std::vector<filter_id>& out)
{
    ++events_;
    for (auto const* const filters : patterns_for(e.type)) {
        out.insert(out.end(), filters->plain.begin(), filters->plain.end());
        for (auto const id : filters->several)
            add_once(id, out);
        if (filters->conditional.empty()) continue;
        for (auto const& [key, value] : e.metadata) {
            auto const by_value = filters->conditional.find(key);
            if (by_value == filters->conditional.end()) continue;
            auto const wanting = by_value->second.find(value);
            if (wanting == by_value->second.end()) continue;
            for (auto const id : wanting->second)
                if (slots_[id].what.matches_metadata(e.metadata)) add_once(id, out);
        }
    }
}

// A filter of several patterns may be found by more than one of them.
void filter_index::add_once(filter_id id, std::vector<filter_id>& out)
{
    if (std::exchange(slots_[id].found_for, events_) != events_) out.push_back(id);
}

}   // namespace thump::core
