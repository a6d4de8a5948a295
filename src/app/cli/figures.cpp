// thump types, thump stats: what the server tells of itself.
#include <app/cli/commands.hpp>
#include <app/cli/printable.hpp>
#include <app/cli/text.hpp>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace thump::cli {
namespace {

void print(output& out, std::vector<std::vector<std::string>> const& rows,
           std::span<alignment const> align)
{
    for (auto const& line : align_rows(rows, align))
        out << line << "\n";
}

std::string keys_of(remote_type const& t)
{
    std::string text;
    for (auto const& [key, description] : t.metadata) {
        if (!text.empty()) text += ", ";
        text += printable(key);
    }
    return text;
}

std::vector<std::vector<std::string>> rows_of(remote_stats const& s)
{
    auto const& t = s.totals;
    auto const& l = t.ledger;
    return {{"epoch", printable(t.epoch)},
            {"last seq", grouped(t.last_seq)},
            {"published", grouped(t.published)},
            {"refused", grouped(t.refused)},
            {"duplicates", grouped(t.duplicates)},
            {"intake", grouped(t.intake_size) + " of " + grouped(t.intake_capacity)},
            {"connections", grouped(s.connections)},
            {"subscribers", grouped(t.subscribers)},
            {"matched", grouped(l.matched)},
            {"  delivered", grouped(l.delivered)},
            {"  queued", grouped(l.queued)},
            {"  dropped", grouped(l.dropped)},
            {"  conflated", grouped(l.conflated)},
            {"  expired", grouped(l.expired)},
            {"gaps told", grouped(t.gaps)}};
}

}   // namespace

awaitable<exit_code> execute(program& p, types_options const& o)
{
    error why;
    auto const [ec, found] = co_await p.server.async_types(why, completion);
    if (ec) co_return complain(p, why);
    if (o.json) {
        p.print_json(found.json);
        co_return exit_success;
    }
    std::vector<std::vector<std::string>> rows{{"TYPE", "PUBLISHED WHEN", "METADATA"}};
    for (auto const& t : found.types)
        rows.push_back({printable(t.type), printable(t.published_when), keys_of(t)});
    static constexpr std::array columns{alignment::left, alignment::left, alignment::left};
    print(p.out, rows, columns);
    p.out << (found.strict ? "Other types are refused.\n" : "Other types may be published, too.\n");
    co_return exit_success;
}

awaitable<exit_code> execute(program& p, stats_options const& o)
{
    error why;
    auto const [ec, found] = co_await p.server.async_stats(why, completion);
    if (ec) co_return complain(p, why);
    if (o.json) {
        p.print_json(found.json);
        co_return exit_success;
    }
    static constexpr std::array columns{alignment::left, alignment::right};
    print(p.out, rows_of(found), columns);
    co_return exit_success;
}

}   // namespace thump::cli
