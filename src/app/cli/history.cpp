// thump history: past events.
#include <app/cli/commands.hpp>
#include <app/cli/event_line.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace thump::cli {
namespace {

constexpr std::size_t page_events = 1000;   // the most that the server gives at once

class page_printer {
public:
    page_printer(program& p, bool json) : program_{p}, line_{p.term.colour}, json_{json} {}

    void show(history_page const& page)
    {
        for (auto const& each : page.events) {
            if (json_) {
                program_.print_json(each.json);
                continue;
            }
            text_.clear();
            line_.append(text_, each.event);
            program_.out << text_;
        }
        program_.out.flush();
    }

private:
    program& program_;
    event_line line_;
    bool json_;
    std::string text_;
};

}   // namespace

awaitable<exit_code> print_history(program& p, event_choice const& events, std::size_t limit,
                                   bool json, bool fail_on_gap)
{
    page_printer printer{p, json};
    history_query query{events.types, events.where, events.since, events.until, page_events};
    for (auto left = limit == 0 ? SIZE_MAX : limit; left != 0;) {
        query.limit = std::min(left, page_events);
        error why;
        auto const [ec, page] = co_await p.server.async_history(query, why, completion);
        if (ec) {
            auto const code = complain(p, why);
            co_return fail_on_gap&& ec == errc::cursor_expired ? exit_gap : code;
        }
        printer.show(page);
        if (!page.more || page.events.empty()) break;
        left -= page.events.size();
        query.since = cursor{page.epoch, page.events.back().event.seq};
    }
    co_return exit_success;
}

awaitable<exit_code> execute(program& p, history_options const& o)
{
    auto events = o.events;
    if (!events.since && o.limit != 0) events.since = last_events{o.limit};
    co_return co_await print_history(p, events, o.limit, o.json, false);
}

}   // namespace thump::cli
