// Tables whose keys are strings, and which are asked for views.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace thump::core {

/// Hashes a string and a view of the same text alike.
struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
};

/// A table that finds by a view, without making a string.
template <class T>
using by_text = std::unordered_map<std::string, T, text_hash, std::equal_to<>>;

}   // namespace thump::core
