// Events in a JSON array, in whatever form they are written.
#pragma once

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <wire/json_reader.hpp>

#include <string>
#include <utility>
#include <vector>

namespace thump::wire {

/// Reads the array that comes next. Requires: `in.peek() == json_kind::array`.
/// @param read_one Reads one element from the reader: `result<event>()`.
/// @return the events, or what is wrong: an element's fault has its index, and a pointer that
/// begins with it.
template <class ReadOne>
[[nodiscard]] result<std::vector<event>> read_event_array(json_reader& in, ReadOne read_one)
{
    std::vector<event> made;
    in.begin();
    while (in.next_element()) {
        result<event> e = read_one();
        if (!e) {
            auto wrong = std::move(e).error();
            wrong.pointer.insert(0, '/' + std::to_string(made.size()));
            wrong.index = made.size();
            return wrong;
        }
        made.push_back(std::move(*e));
    }
    if (in.failed()) return in.failure();
    return made;
}

}   // namespace thump::wire
