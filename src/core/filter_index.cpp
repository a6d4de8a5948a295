#include <core/filter_index.hpp>

#include <utility>

namespace thump::core {
namespace {

// Publishers choose the types: what is remembered of them is bounded.
constexpr std::size_t max_remembered_types = 4096;

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
    for (auto& [type, ids] : by_type_)
        if (f.matches_type(type)) ids.push_back(id);
    return id;
}

void filter_index::release(filter_id id)
{
    auto& s = slots_[id];
    if (--s.holders != 0) return;
    by_text_.erase(s.what.to_string());
    for (auto& [type, ids] : by_type_)
        if (s.what.matches_type(type)) std::erase(ids, id);
    s.what = filter{};
    free_.push_back(id);
}

std::vector<filter_id> const& filter_index::candidates(std::string_view type)
{
    if (auto const known = by_type_.find(type); known != by_type_.end()) return known->second;
    if (by_type_.size() >= max_remembered_types) by_type_.clear();
    auto& ids = by_type_[std::string{type}];
    for (auto const& [text, id] : by_text_)
        if (slots_[id].what.matches_type(type)) ids.push_back(id);
    return ids;
}

void filter_index::match(event const& e, std::vector<filter_id>& out)
{
    for (auto const id : candidates(e.type))
        if (slots_[id].what.matches_metadata(e.metadata)) out.push_back(id);
}

}   // namespace thump::core
