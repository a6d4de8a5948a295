// thump publish --stdin: as many events as there are lines.
#include <app/cli/commands.hpp>
#include <app/cli/line_reader.hpp>
#include <app/cli/printable.hpp>
#include <app/cli/readiness.hpp>
#include <app/cli/text.hpp>
#include <client/backoff.hpp>
#include <wire/event_json.hpp>
#include <wire/event_rules.hpp>
#include <wire/json_reader.hpp>
#include <wire/json_syntax.hpp>
#include <wire/json_text.hpp>
#include <wire/server_record.hpp>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

namespace thump::cli {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t batch_events = 500;
constexpr std::size_t batch_bytes = std::size_t{512} << 10;
constexpr std::chrono::milliseconds progress_interval{200};
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{1000};
constexpr std::chrono::seconds patience{30};   // while the server refuses everything

// Events and the lines that they come from.
struct batch {
    std::vector<event> events;
    std::vector<std::size_t> lines;
    std::size_t bytes = 0;
};

class line_publisher {
public:
    line_publisher(program& p, publish_options const& o)
        : program_{p}, options_{o}, arrival_{p.ioc, STDIN_FILENO, interest::input}
    {
    }

    awaitable<exit_code> run()
    {
        for (bool more = true; more;) {
            co_await wait_for_line();
            more = gather();
            if (auto const code = co_await send(); code != exit_success) co_return finish(code);
        }
        if (!fault_.empty()) say(fault_);
        co_return finish(fault_.empty() ? exit_success : exit_failure);
    }

private:
    // Leaves the thread to the connection, which the server may close when nothing comes for long.
    awaitable<void> wait_for_line()
    {
        while (!input_.ready()) {
            if (arrival_.can_wait()) co_await arrival_.async_wait(completion);
            input_.read_more();
        }
    }

    // Takes lines while they come without waiting, up to a batch. False at the end of input, and
    // at a line that is wrong.
    bool gather()
    {
        do {
            auto const line = input_.next();
            if (!line) return false;
            if (line->find_first_not_of(" \t\r") == std::string_view::npos) continue;
            if (!add(*line)) return false;
        } while (input_.ready() && batch_.events.size() < batch_events &&
                 batch_.bytes < batch_bytes);
        return true;
    }

    bool add(std::string_view line)
    {
        event_limits const widest{line_reader::max_line_bytes, wire::max_json_nesting};
        auto made = wire::parse_event(line, widest);
        if (!made && made.error().code == errc::missing_field && !options_.e.type.empty())
            made = wire::parse_event(with_type(line), widest);
        if (!made && made.error().pointer == "/seq") made = as_received(line, widest);
        if (!made) {
            auto const unreadable = wire::find_syntax_fault(line, widest.max_json_depth);
            auto const line_number = input_.number();
            fault_ = sentence(line_number, unreadable ? *unreadable : made.error(), line_number);
            return false;
        }
        fill_in(*made);
        batch_.events.push_back(*std::move(made));
        batch_.lines.push_back(input_.number());
        batch_.bytes += line.size();
        return true;
    }

    // An event that a broker has published before: it will be given another place in the order.
    static result<event> as_received(std::string_view line, event_limits const& limits)
    {
        auto record = wire::parse_server_record(line);
        if (!record) return record.error();
        auto* const e = std::get_if<event>(&*record);
        if (!e) return error{make_error_code(errc::unknown_field), "it is no event", {}, {}, {}};
        if (auto const good = wire::validate(*e, limits); !good) return good.error();
        return std::move(*e);
    }

    // Requires: the line is an object without a type.
    [[nodiscard]] std::string with_type(std::string_view line) const
    {
        std::string_view rest = line.substr(line.find('{') + 1);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        std::string made = R"({"type":)";
        wire::append_json_string(made, options_.e.type);
        if (!rest.starts_with('}')) made += ',';
        return made.append(rest);
    }

    void fill_in(event& e) const
    {
        if (e.message.empty()) e.message = options_.e.message;
        if (e.source.empty()) e.source = options_.e.source;
        if (!e.timestamp) e.timestamp = options_.e.timestamp;
        for (auto const& [key, value] : options_.e.metadata)
            e.metadata.try_emplace(key, value);
    }

    // One batch at a time, so that order is kept even where the server refuses some.
    awaitable<exit_code> send()
    {
        client_side::backoff pause{first_pause, longest_pause, std::random_device{}()};
        for (auto progress = clock::now(); !batch_.events.empty();) {
            error why;
            auto const [ec, given] =
                co_await program_.server.async_publish_batch(batch_.events, why, completion);
            if (ec && ec != errc::intake_full) co_return fail(why);
            auto const before = batch_.events.size();
            if (!ec) take_receipts(given);
            if (batch_.events.size() != before) {
                progress = clock::now();
                pause.reset();
            } else if (clock::now() - progress > patience) {
                co_return fail({make_error_code(errc::intake_full), {}, {}, {}, {}});
            }
            if (!batch_.events.empty()) co_await wait(pause.next());
            show_progress();
        }
        batch_ = {};
        co_return exit_success;
    }

    // Keeps what was refused, to send it again.
    void take_receipts(batch_receipt const& given)
    {
        batch left;
        for (std::size_t i = 0; i != batch_.events.size(); ++i) {
            if (i < given.events.size() && given.events[i].has_error()) {
                left.events.push_back(std::move(batch_.events[i]));
                left.lines.push_back(batch_.lines[i]);
            } else {
                ++published_;
                if (prints_receipts() && i < given.events.size())
                    print_receipt(program_.out, *given.events[i], true);
            }
        }
        if (prints_receipts()) program_.out.flush();
        retried_ += left.events.size();
        batch_ = std::move(left);
    }

    [[nodiscard]] bool prints_receipts() const { return options_.json && !options_.quiet; }

    // The server takes all of a batch or nothing.
    exit_code fail(error why)
    {
        if (why.index && *why.index < batch_.lines.size()) {
            say(sentence(batch_.lines[*why.index], why, batch_.lines.front()));
            return exit_failure;
        }
        return complain(program_, why);
    }

    static std::string sentence(std::size_t line, error const& why, std::size_t first_unpublished)
    {
        auto const detail = why.detail.empty() ? why.code.message() : why.detail;
        auto const before =
            line == first_unpublished ? "it" : "line " + std::to_string(first_unpublished);
        return "line " + std::to_string(line) +
               " of standard input is no event: " + printable(detail) + "; the lines before " +
               before + " are published.";
    }

    awaitable<void> wait(std::chrono::milliseconds d)
    {
        boost::asio::steady_timer timer{program_.ioc, d};
        co_await timer.async_wait(completion);
    }

    void show_progress()
    {
        auto const now = clock::now();
        if (options_.quiet || !program_.term.errors || now - shown_at_ < progress_interval) return;
        shown_at_ = now;
        write_error_text("\r" + summary(now) + "\x1b[K");
    }

    exit_code finish(exit_code code)
    {
        if (options_.quiet) return code;
        auto const start = program_.term.errors ? "\r" : "";
        auto const end = program_.term.errors ? "\x1b[K\n" : "\n";
        write_error_text(start + summary(clock::now()) + end);
        return code;
    }

    [[nodiscard]] std::string summary(clock::time_point now) const
    {
        auto text = counted(published_, "event") + " published in " + brief(now - began_) + ", " +
                    rate(published_, now - began_);
        if (retried_ != 0) text.append(", ").append(grouped(retried_)).append(" sent again");
        return text;
    }

    program& program_;
    publish_options const& options_;
    line_reader input_{STDIN_FILENO};
    readiness arrival_;
    batch batch_;
    std::string fault_;
    std::uint64_t published_ = 0;
    std::uint64_t retried_ = 0;
    clock::time_point began_ = clock::now();
    clock::time_point shown_at_ = {};
};

}   // namespace

awaitable<exit_code> publish_lines(program& p, publish_options const& o)
{
    line_publisher publisher{p, o};
    co_return co_await publisher.run();
}

}   // namespace thump::cli
