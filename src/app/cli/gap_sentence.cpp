#include <app/cli/gap_sentence.hpp>

#include <app/cli/text.hpp>

#include <algorithm>

namespace thump::cli {

std::string gap_sentence(gap const& g)
{
    if (g.reason == gap_reason::cursor_expired && g.dropped == 0)
        return "gap: the place to resume from is unknown to the server, which may have been "
               "restarted; how many events were lost is not known";
    auto text = "gap: " + counted(g.dropped, "event") + " lost, " + std::to_string(g.from);
    if (g.to != g.from) text.append("-").append(std::to_string(g.to));
    std::string reason{to_string(g.reason)};
    std::ranges::replace(reason, '_', ' ');
    text.append(", ").append(reason);
    if (g.recoverable) text += "; history still has them";
    return text;
}

}   // namespace thump::cli
