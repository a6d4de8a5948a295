#include <app/cli/program.hpp>

#include <app/cli/commands.hpp>
#include <app/cli/printable.hpp>
#include <app/process.hpp>
#include <client/failure.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include <unistd.h>

namespace thump::cli {

namespace asio = boost::asio;

namespace {

client_options options_for(command_line const& line)
{
    client_options made;
    made.url = line.server.url;
    made.token = line.server.token;
    if (auto const* const bench = std::get_if<bench_options>(&line.command))
        made.max_in_flight = bench->in_flight;
    return made;
}

// What the user can do about it; empty: the sentence says it all.
std::string_view advice(error const& why)
{
    if (why.code == errc::too_many_subscribers || why.code == errc::too_many_connections)
        return "end some, or raise the server's limit";
    if (why.code == errc::intake_full) return "try again in a moment";
    if (why.code == errc::cursor_expired) return "begin with what there is: --since earliest";
    if (why.detail.find(" 401") != std::string::npos) return "give a token: --token or THUMP_TOKEN";
    return {};
}

// Whether there was no answer at all.
bool no_connection(error const& why)
{
    bool const answered = why.code.category() == category();
    return client_side::is_passing(why) && (!answered || why.code == errc::request_timeout);
}

int run_command(program& p, command const& c)
{
    auto code = exit_success;
    std::exception_ptr thrown;
    asio::co_spawn(p.ioc, std::visit([&p](auto const& options) { return execute(p, options); }, c),
                   asio::bind_cancellation_slot(p.cancelled.slot(),
                                                [&](std::exception_ptr e, exit_code ended) {
                                                    thrown = std::move(e);
                                                    code = ended;
                                                    p.ioc.stop();
                                                }));
    p.ioc.run();
    // Cancelling is how a command is ended early, not a failure of it.
    if (p.ended_early) return exit_success;
    if (thrown) std::rethrow_exception(thrown);
    p.out.flush();
    return code;
}

}   // namespace

program::program(server_choice const& choice, client_options options)
    : out{STDOUT_FILENO}, url{choice.url}, server{ioc.get_executor(), std::move(options)}
{
}

void program::end_early()
{
    ended_early = true;
    cancelled.emit(asio::cancellation_type::terminal);
}

void program::print_json(std::string_view json)
{
    std::string safe;
    if (term.output) {
        append_printable_json(safe, json);
        json = safe;
    }
    out << json << "\n";
}

void say(std::string_view sentence)
{
    write_error_text("thump: " + std::string{sentence} + "\n");
}

void write_error_text(std::string_view text)
{
    try {
        output errors{STDERR_FILENO};
        errors << text;
        errors.flush();
    } catch (std::exception const&) {
        return;   // there is nobody left to tell
    }
}

exit_code complain(program const& p, error const& why)
{
    if (p.ended_early) return exit_success;
    auto sentence = printable(why.detail.empty() ? why.code.message() : why.detail);
    if (no_connection(why)) {
        say("cannot reach the server at " + printable(p.url) + " (" + sentence +
            "); is thumpd running there? Name another with --url or THUMP_URL.");
        return exit_unreachable;
    }
    if (why.code == errc::going_away || why.code == errc::stopped) {
        say("the server at " + printable(p.url) + " is not available (" + sentence +
            "); try again in a moment.");
        return exit_unreachable;
    }
    if (!why.pointer.empty()) sentence.append(" (at ").append(printable(why.pointer)).append(")");
    if (auto const what = advice(why); !what.empty()) sentence.append("; ").append(what);
    if (!sentence.ends_with('.')) sentence += '.';
    say(sentence);
    return exit_failure;
}

int run(command_line const& line)
try {
    std::optional<program> p;
    try {
        p.emplace(line.server, options_for(line));
    } catch (std::invalid_argument const& e) {
        say(printable(e.what()) + ".");
        return exit_usage;
    }
    return run_command(*p, line.command);
} catch (output_closed const&) {
    return exit_success;
} catch (std::exception const& e) {
    say(printable(e.what()) + ".");
    return exit_failure;
}

}   // namespace thump::cli
