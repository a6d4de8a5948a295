// Control sequences: ECMA-48; of xterm the alternate screen (1049), the cursor (25), and autowrap
// (7), which is off so that wide characters cannot push a line into the next.
#include <app/cli/screen.hpp>

#include <app/cli/terminal.hpp>
#include <app/cli/text.hpp>

#include <algorithm>
#include <exception>

namespace thump::cli {
namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view home = "\x1b[H";
constexpr std::string_view clear_line = "\x1b[K";
constexpr std::string_view clear_rest = "\x1b[J";

}   // namespace

screen::screen(output& out) : out_{out}
{
    out_ << enter;
    out_.flush();
}

screen::~screen()
{
    try {
        out_ << leave;
        out_.flush();
    } catch (std::exception const&) {
        return;   // the terminal is gone
    }
}

void screen::draw(std::span<std::string const> lines)
{
    auto const size = size_of_terminal();
    auto const shown = lines.first(std::min(lines.size(), size.rows));
    out_ << home;
    for (auto const& line : shown) {
        if (&line != &shown.front()) out_ << "\r\n";
        out_ << cut(line, size.columns) << clear_line;
    }
    out_ << clear_rest;
    out_.flush();
}

}   // namespace thump::cli
