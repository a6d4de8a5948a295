// Names of the enumerations, as they stand on the wire.
#include <thump/gap.hpp>
#include <thump/subscription_options.hpp>

#include <array>
#include <utility>

namespace thump {
namespace {

constexpr std::pair<overflow, std::string_view> overflow_names[] = {
    {overflow::drop_newest, "drop_newest"}, {overflow::drop_oldest, "drop_oldest"},
    {overflow::latest, "latest"},           {overflow::catch_up, "catch_up"},
    {overflow::disconnect, "disconnect"},
};

}   // namespace

std::string_view to_string(gap_reason reason) noexcept
{
    switch (reason) {
    case gap_reason::conflated:
        return "conflated";
    case gap_reason::subscription_ended:
        return "subscription_ended";
    case gap_reason::expired:
        return "expired";
    case gap_reason::queue_full:
        return "queue_full";
    case gap_reason::history_overrun:
        return "history_overrun";
    case gap_reason::cursor_expired:
        return "cursor_expired";
    }
    return "unknown";
}

std::string_view to_string(overflow policy) noexcept
{
    for (auto const& [value, name] : overflow_names)
        if (value == policy) return name;
    return "unknown";
}

std::optional<overflow> parse_overflow(std::string_view name) noexcept
{
    for (auto const& [value, text] : overflow_names)
        if (text == name) return value;
    return std::nullopt;
}

}   // namespace thump
