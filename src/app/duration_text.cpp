#include <app/duration_text.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace thump::app {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t milliseconds;
};

// From the largest, so that writing takes the first that divides.
constexpr unit units[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};

constexpr std::uint64_t longest = std::chrono::milliseconds::max().count();

}   // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept
{
    std::uint64_t count = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, ec] = std::from_chars(text.data(), end, count);
    if (ec != std::errc{}) return std::nullopt;

    std::string_view const name{rest, static_cast<std::size_t>(end - rest)};
    for (auto const& u : units) {
        if (u.name != name) continue;
        if (count > longest / u.milliseconds) return std::nullopt;
        return std::chrono::milliseconds{count * u.milliseconds};
    }
    return std::nullopt;
}

std::string to_text(std::chrono::milliseconds d)
{
    auto const count = static_cast<std::uint64_t>(d.count());
    if (count == 0) return "0s";
    auto const* const u = std::ranges::find_if(
        units, [&](unit const& each) { return count % each.milliseconds == 0; });
    return std::to_string(count / u->milliseconds).append(u->name);
}

}   // namespace thump::app
