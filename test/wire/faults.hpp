// Looking at errors in tests.
#pragma once

#include <thump/error.hpp>

#include <string>

namespace thump::test {

/// The error in a line: `wrong_json_type /metadata/a @12 #0`; `fine` where there is none.
template <class Result>
std::string fault_of(Result const& r)
{
    if (r) return "fine";
    auto const e = r.error();
    std::string text{describe(static_cast<errc>(e.code.value())).name};
    if (!e.pointer.empty()) text += ' ' + e.pointer;
    if (e.offset) text += " @" + std::to_string(*e.offset);
    if (e.index) text += " #" + std::to_string(*e.index);
    return text;
}

}   // namespace thump::test
