#include <app/cli/text.hpp>

#include <wire/rfc3339.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace thump::cli {
namespace {

constexpr bool begins_character(char c) noexcept
{
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

void append_cell(std::string& line, std::string_view cell, std::size_t width, alignment align)
{
    auto const padding = width - width_of(cell);
    if (align == alignment::right) line.append(padding, ' ');
    line += cell;
    if (align == alignment::left) line.append(padding, ' ');
}

}   // namespace

std::string grouped(std::uint64_t count)
{
    auto text = std::to_string(count);
    for (auto at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t count, std::string_view noun)
{
    auto text = grouped(count).append(" ").append(noun);
    if (count != 1) text += 's';
    return text;
}

std::string brief(std::chrono::nanoseconds d)
{
    struct unit {
        char const* name;
        double nanoseconds;
    };
    static constexpr unit units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    auto const count = static_cast<double>(d.count());
    auto const* const u = std::ranges::find_if(units, [&](unit const& each) {
        return count >= each.nanoseconds || each.nanoseconds == 1;
    });
    auto const value = count / u->nanoseconds;
    char text[32];
    std::snprintf(text, sizeof text, value < 10 && u->nanoseconds > 1 ? "%.1f %s" : "%.0f %s",
                  value, u->name);
    return text;
}

std::string rate(std::uint64_t count, std::chrono::nanoseconds during)
{
    auto const seconds = std::chrono::duration<double>{during}.count();
    if (seconds <= 0) return "0/s";
    return grouped(static_cast<std::uint64_t>(std::llround(static_cast<double>(count) / seconds))) +
           "/s";
}

std::string milliseconds_text(time_point t)
{
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03uZ", t.nanoseconds / 1'000'000 % 1000);
    std::string text;
    wire::append_rfc3339(text, {t.seconds, 0});
    text.pop_back();
    return text.append(fraction);
}

std::vector<std::string> align_rows(std::span<std::vector<std::string> const> rows,
                                    std::span<alignment const> align)
{
    std::vector<std::size_t> widths(align.size());
    for (auto const& row : rows)
        for (std::size_t i = 0; i != widths.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));

    std::vector<std::string> lines;
    for (auto const& row : rows) {
        std::string line;
        for (std::size_t i = 0; i != widths.size(); ++i) {
            if (i != 0) line += "  ";
            append_cell(line, row[i], widths[i], align[i]);
        }
        line.resize(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::size_t width_of(std::string_view text) noexcept
{
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string_view cut(std::string_view text, std::size_t columns) noexcept
{
    for (std::size_t at = 0; at != text.size(); ++at)
        if (begins_character(text[at]) && columns-- == 0) return text.substr(0, at);
    return text;
}

}   // namespace thump::cli
