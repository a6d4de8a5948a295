// thump top: live subscribers, those that lag most first.
#include <app/cli/commands.hpp>
#include <app/cli/keyboard.hpp>
#include <app/cli/printable.hpp>
#include <app/cli/screen.hpp>
#include <app/cli/text.hpp>
#include <client/failure.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thump::cli {
namespace {

using clock = std::chrono::steady_clock;

// What the server told at one moment.
struct figures {
    remote_stats totals;
    remote_subscribers all;
    clock::time_point at = {};
};

constexpr std::array columns{alignment::right, alignment::right, alignment::right, alignment::right,
                             alignment::right, alignment::right, alignment::left,  alignment::left,
                             alignment::left,  alignment::left};

std::vector<std::string> row_of(remote_subscriber const& s)
{
    return {std::to_string(s.id),
            grouped(s.lag),
            grouped(s.queue),
            grouped(s.ledger.delivered),
            grouped(s.ledger.dropped),
            grouped(s.gaps),
            printable(s.transport),
            printable(s.remote),
            s.name.empty() ? "-" : printable(s.name),
            printable(s.filter)};
}

std::string heading(std::string_view url, figures const& now, figures const& before)
{
    auto const& t = now.totals.totals;
    auto text = printable(url) + "  " + counted(t.subscribers, "subscriber") + "  " +
                grouped(t.published) + " published";
    if (before.at != clock::time_point{} && before.totals.totals.epoch == t.epoch)
        text.append(" (")
            .append(rate(t.published - before.totals.totals.published, now.at - before.at))
            .append(")");
    text.append("  ").append(grouped(t.ledger.dropped)).append(" dropped");
    if (t.refused != 0) text.append("  ").append(grouped(t.refused)).append(" refused");
    return text;
}

std::vector<std::string> page_of(std::string_view url, figures const& now, figures const& before)
{
    std::vector<std::vector<std::string>> rows{{"ID", "LAG", "QUEUE", "DELIVERED", "DROPPED",
                                                "GAPS", "TRANSPORT", "REMOTE", "NAME", "FILTER"}};
    for (auto const& s : now.all.subscribers)
        rows.push_back(row_of(s));
    auto lines = align_rows(rows, columns);
    lines.insert(lines.begin(), {heading(url, now, before), std::string{}});
    return lines;
}

class top_view {
public:
    top_view(program& p, top_options const& o) : program_{p}, options_{o}
    {
        if (!p.term.screen || o.json) return;
        // The screen must be given back whatever ends the program.
        signals_.emplace(p.ioc, SIGINT, SIGTERM, SIGHUP);
        signals_->async_wait([&p](boost::system::error_code ec, int) {
            if (!ec) p.end_early();
        });
        screen_.emplace(p.out);
        keyboard_.emplace(p.ioc, [&p](char key) {
            if (key == 'q' || key == 'Q') p.end_early();
        });
    }

    awaitable<exit_code> run()
    {
        auto left = options_.count.value_or(screen_ ? SIZE_MAX : 1);
        for (figures before;; left != SIZE_MAX ? --left : left) {
            error why;
            auto now = co_await ask(why);
            if (!why.code) {
                show(now, before);
                before = std::move(now);
            } else if (!show_silence(why)) {
                screen_.reset();
                co_return complain(program_, why);
            }
            if (left == 1) co_return exit_success;
            boost::asio::steady_timer timer{program_.ioc, options_.interval};
            co_await timer.async_wait(completion);
        }
    }

private:
    awaitable<figures> ask(error& why)
    {
        figures now;
        auto [ec, totals] = co_await program_.server.async_stats(why, completion);
        if (ec) co_return now;
        auto [failed, all] = co_await program_.server.async_subscribers(why, completion);
        if (failed) co_return now;
        co_return figures{std::move(totals), std::move(all), clock::now()};
    }

    void show(figures const& now, figures const& before)
    {
        if (options_.json) {
            program_.print_json(now.all.json);
        } else {
            page_ = page_of(program_.url, now, before);
            if (screen_) return screen_->draw(page_);
            for (auto const& line : page_)
                program_.out << line << "\n";
        }
        program_.out.flush();
    }

    // Says on the screen that the server, once seen, does not answer now. False where there is no
    // point in asking again.
    bool show_silence(error const& why)
    {
        if (!screen_ || page_.empty() || !client_side::is_passing(why)) return false;
        page_[1] = "no answer (" + printable(why.detail) + "); trying again";
        screen_->draw(page_);
        return true;
    }

    program& program_;
    top_options const& options_;
    std::optional<boost::asio::signal_set> signals_;
    std::optional<screen> screen_;
    std::optional<keyboard> keyboard_;
    std::vector<std::string> page_;   // heading, a line for notes, table
};

}   // namespace

awaitable<exit_code> execute(program& p, top_options const& o)
{
    top_view view{p, o};
    co_return co_await view.run();
}

}   // namespace thump::cli
