// The system's resolver, held up for as long as a test wants.
#pragma once

#include <string_view>

namespace thump::test {

/// While it lives, the name `host` is not resolved; afterwards it does not exist. One at a time.
class held_names {
public:
    static constexpr std::string_view host = "held.invalid";

    held_names();
    ~held_names();
    held_names(held_names const&) = delete;
    held_names& operator=(held_names const&) = delete;
};

}   // namespace thump::test
