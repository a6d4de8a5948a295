// thump tail: events as they are published.
#include <app/cli/commands.hpp>
#include <app/cli/event_line.hpp>
#include <app/cli/gap_sentence.hpp>
#include <app/cli/printable.hpp>
#include <app/cli/reader_watch.hpp>
#include <app/cli/text.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

namespace thump::cli {
namespace {

constexpr std::uint64_t default_last = 10;   // events, of a tail that does not follow

stream_options options_for(tail_options const& o)
{
    stream_options made;
    auto& s = made.subscription;
    s.types = o.events.types;
    s.where = o.events.where;
    s.since = o.events.since;
    s.until = o.events.until;
    s.overflow = o.overflow;
    s.key = o.key;
    s.name = "thump tail";
    s.queue = o.queue;
    return made;
}

class tail_printer {
public:
    tail_printer(program& p, tail_options const& o) : program_{p}, options_{o}, line_{p.term.colour}
    {
    }

    /// @return the exit code where the record is the last to be shown.
    std::optional<exit_code> show(stream_record const& record)
    {
        return std::visit([this](auto const& r) { return show(r); }, record);
    }

private:
    std::optional<exit_code> show(received_event const& r)
    {
        if (options_.json) {
            program_.print_json(r.json);
        } else {
            text_.clear();
            line_.append(text_, r.event);
            program_.out << text_;
        }
        if (++shown_ == options_.count) return exit_success;
        return std::nullopt;
    }

    std::optional<exit_code> show(gap const& g)
    {
        program_.out.flush();   // the gap stands where it happened
        write_error_text(gap_sentence(g) + "\n");
        if (options_.fail_on_gap) return exit_gap;
        return std::nullopt;
    }

    std::optional<exit_code> show(stream_disconnected const& lost)
    {
        if (!std::exchange(lost_, true)) {
            program_.out.flush();
            say("connection lost (" + printable(lost.why.detail) + "); trying again in " +
                brief(lost.retry_in) + " and from then on.");
        }
        return std::nullopt;
    }

    std::optional<exit_code> show(stream_connected const& made)
    {
        if (std::exchange(lost_, false))
            say("connected again" +
                (made.from ? ", going on after " + std::to_string(made.from->seq) : "") + ".");
        return std::nullopt;
    }

    program& program_;
    tail_options const& options_;
    event_line line_;
    std::string text_;
    std::size_t shown_ = 0;
    bool lost_ = false;
};

// Shows what is there without waiting.
std::optional<exit_code> show_ready(stream& s, tail_printer& printer)
{
    boost::system::error_code ec;
    while (auto const record = s.try_receive(ec))
        if (auto const code = printer.show(*record)) return code;
    return std::nullopt;
}

awaitable<exit_code> follow(program& p, tail_options const& o)
{
    reader_watch const watch{p.ioc, STDOUT_FILENO, [&p] { p.end_early(); }};
    auto s = p.server.subscribe(options_for(o));
    tail_printer printer{p, o};
    for (;;) {
        auto const [ec, record] = co_await s.async_receive(completion);
        if (ec == errc::end_of_stream) co_return exit_success;
        if (ec) co_return complain(p, s.failure());
        auto code = printer.show(record);
        if (!code) code = show_ready(s, printer);
        p.out.flush();
        if (code) co_return *code;
    }
}

}   // namespace

awaitable<exit_code> execute(program& p, tail_options const& o)
{
    if (o.follow) co_return co_await follow(p, o);
    auto events = o.events;
    if (!events.since) events.since = last_events{o.count.value_or(default_last)};
    co_return co_await print_history(p, events, o.count.value_or(0), o.json, o.fail_on_gap);
}

}   // namespace thump::cli
