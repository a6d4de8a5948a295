#include <app/cli/event_line.hpp>

#include <app/cli/printable.hpp>
#include <app/cli/text.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace thump::cli {
namespace {

constexpr std::size_t widest_type = 32;
constexpr std::size_t seq_width = 7;
constexpr std::size_t most_data_columns = 160;

constexpr std::string_view faint = "\x1b[2m";
constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view usual_paint = "\x1b[36m";

// What happened tells the colour: the last token of the type.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> paints{{
    {"failed", "\x1b[31m"},
    {"down", "\x1b[31m"},
    {"deleted", "\x1b[35m"},
    {"left", "\x1b[35m"},
    {"updated", "\x1b[33m"},
    {"created", "\x1b[32m"},
    {"joined", "\x1b[32m"},
    {"completed", "\x1b[32m"},
    {"started", "\x1b[32m"},
}};

std::string_view paint_of(std::string_view type) noexcept
{
    auto const what = type.substr(type.rfind('.') + 1);
    auto const* const found =
        std::ranges::find(paints, what, &std::pair<std::string_view, std::string_view>::first);
    return found == paints.end() ? usual_paint : found->second;
}

std::string padded_left(std::string text, std::size_t width)
{
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
    return text;
}

bool needs_quotes(std::string_view value) noexcept
{
    return value.empty() || value.find_first_of(" \"=") != std::string_view::npos;
}

}   // namespace

void event_line::append(std::string& out, event const& e)
{
    append_painted(out, faint,
                   e.timestamp ? milliseconds_text(*e.timestamp) : std::string(24, ' '));
    out += ' ';
    append_painted(out, faint, padded_left(std::to_string(e.seq), seq_width));
    out += "  ";
    auto const type = printable(e.type);
    type_width_ = std::min(std::max(type_width_, type.size()), widest_type);
    append_painted(out, paint_of(e.type), type);
    if (type.size() < type_width_ && !(e.message.empty() && e.metadata.empty() && e.data.empty()))
        out.append(type_width_ - type.size(), ' ');
    if (!e.message.empty()) {
        out += "  ";
        append_printable(out, e.message);
    }
    append_metadata(out, e.metadata);
    if (!e.data.empty()) {
        out += "  ";
        append_painted(out, faint, "data=");
        auto const data = printable(e.data);
        auto const shown = cut(data, most_data_columns);
        out += shown;
        if (shown.size() != data.size()) out += "...";
    }
    out += '\n';
}

void event_line::append_metadata(std::string& out, metadata const& entries) const
{
    for (char const* before = "  "; auto const& [key, value] : entries) {
        out += std::exchange(before, " ");
        append_painted(out, faint, printable(key) + '=');
        auto const quotes = needs_quotes(value) ? "\"" : "";
        out += quotes;
        append_printable(out, value);
        out += quotes;
    }
}

void event_line::append_painted(std::string& out, std::string_view paint,
                                std::string_view text) const
{
    if (colour_) out += paint;
    out += text;
    if (colour_) out += plain;
}

}   // namespace thump::cli
