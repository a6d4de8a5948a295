// A page on the terminal that is drawn again in its place.
#pragma once

#include <app/cli/output.hpp>

#include <span>
#include <string>

namespace thump::cli {

/// Takes the terminal's alternate screen for as long as it lives, and gives it back as it was.
class screen {
public:
    /// @param out Must outlive this.
    explicit screen(output& out);
    ~screen();

    screen(screen const&) = delete;
    screen& operator=(screen const&) = delete;

    /// Draws the lines in the place of the last ones, as many and as much of each as there is room.
    void draw(std::span<std::string const> lines);

private:
    output& out_;
};

}   // namespace thump::cli
