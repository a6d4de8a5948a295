#include <app/cli/command_line.hpp>

#include <app/cli/printable.hpp>
#include <app/cli/written.hpp>

#include <thump/version.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <iostream>
#include <utility>

namespace thump::cli {
namespace {

constexpr auto footer = "Patterns: '*' stands for one token of a type, '>' for the rest.\n"
                        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 events lost (with "
                        "--fail-on-gap), 4 no server;\n"
                        "128+N ended by signal N. See 'man thump'.";

// CLI11's own say their bounds as floating-point numbers.
CLI::Validator whole_number(std::size_t least)
{
    auto const judge = [least](std::string& text) -> std::string {
        std::size_t number = 0;
        auto const* const end = text.data() + text.size();
        auto const [at, ec] = std::from_chars(text.data(), end, number);
        bool const octal = text.size() > 1 && text.front() == '0';   // it would be read as such
        if (ec == std::errc{} && at == end && number >= least && !octal) return {};
        return "'" + text + "' is no whole number" + (least > 0 ? " above 0" : "");
    };
    return CLI::Validator{judge, {}, {}};
}

// As from a variable that is not set.
std::string not_empty(std::string const& text)
{
    return text.empty() ? "it is empty, which is no JSON" : "";
}

constexpr auto position_name = "POSITION";
constexpr auto json_help = "Print JSON as the server sent it";

void describe_filter(CLI::App& command, written_options& to)
{
    command.add_option("PATTERN", to.types, "Types of events, as in 'task.*'; default: all")
        ->delimiter(',')
        ->type_name("")
        ->option_text("...");
    command
        .add_option("--where", to.where,
                    "Only events with this metadata; the same key again: either value")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command
        .add_option("--since", to.since,
                    "Begin after EPOCH:SEQ or SEQ, at a time, 10m back, at 'earliest', or with "
                    "'last:N'")
        ->type_name(position_name);
    command.add_option("--until", to.until, "End there (the same forms)")->type_name(position_name);
}

void describe_publish(CLI::App& app, written_options& to)
{
    auto& o = to.publish;
    auto& command = *app.add_subcommand("publish", "Publish an event, or many from standard input");
    command.add_option("TYPE", o.e.type, "Type of the event, as in 'task.failed'")->type_name("");
    command.add_option("-m,--message", o.e.message, "Text for human readers")->type_name("TEXT");
    command.add_option("-M,--metadata", to.metadata, "Metadata; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command.add_option("--data", o.e.data, "Payload, any JSON")
        ->type_name("JSON")
        ->check(CLI::Validator{not_empty, {}, {}});
    command.add_option("--id", o.e.id, "Identifies the event; default: generated")->type_name("ID");
    command.add_option("--source", o.e.source, "Where it happened, a URI reference")
        ->type_name("URI");
    command.add_option("--timestamp", to.timestamp, "When it happened; default: now")
        ->type_name("RFC3339");
    command.add_flag("--stdin", o.from_stdin,
                     "Read events as JSON, one a line; the options fill in what a line lacks");
    command.add_flag("--json", o.json, "Print the receipt as JSON");
    command.add_flag("-q,--quiet", o.quiet, "Print nothing but errors");
}

void describe_tail(CLI::App& app, written_options& to)
{
    auto& o = to.tail;
    auto& command = *app.add_subcommand("tail", "Show events as they are published");
    describe_filter(command, to);
    command.add_flag("--no-follow", to.no_follow,
                     "Show what history holds and end; default: the last 10 events");
    command.add_flag("--json", o.json, "Print each event as JSON, as the server sent it");
    command.add_flag("--fail-on-gap", o.fail_on_gap, "End with exit code 3 when events are lost");
    command.add_option("-n,--count", o.count, "End after that many events")
        ->type_name("N")
        ->check(whole_number(1));
    command.add_option("--queue", o.queue, "Events that the server queues for us when we are slow")
        ->type_name("N")
        ->check(whole_number(1));
    command.add_option("--overflow", to.overflow, "What the server does when that queue is full")
        ->type_name("POLICY")
        ->check(CLI::IsMember({"drop_newest", "drop_oldest", "latest", "catch_up", "disconnect"}));
    command.add_option("--key", o.key, "For 'latest': the metadata key that tells events apart")
        ->type_name("KEY");
}

void describe_history(CLI::App& app, written_options& to)
{
    auto& command = *app.add_subcommand("history", "Show past events");
    describe_filter(command, to);
    command
        .add_option("--limit", to.history.limit,
                    "At most that many events; 0: all; without --since: the newest")
        ->type_name("N")
        ->check(whole_number(0))
        ->capture_default_str();
    command.add_flag("--json", to.history.json, "Print each event as JSON, as the server sent it");
}

void describe_figures(CLI::App& app, written_options& to)
{
    app.add_subcommand("types", "Show the types of events that the server's catalog knows")
        ->add_flag("--json", to.show_types.json, json_help);
    app.add_subcommand("stats", "Show the server's totals")
        ->add_flag("--json", to.stats.json, json_help);
    auto& top =
        *app.add_subcommand("top", "Show the live subscribers, those that lag most first, until q");
    top.add_option("--interval", to.interval, "Seconds between refreshes, 0.1 to 3600")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    top.add_option("-n,--count", to.top.count,
                   "End after that many refreshes; default on no terminal: 1")
        ->type_name("N")
        ->check(whole_number(1));
    top.add_flag("--json", to.top.json, json_help);
}

void describe_bench(CLI::App& app, written_options& to)
{
    auto& o = to.bench;
    auto& command = *app.add_subcommand(
        "bench", "Publish events of type 'thump.bench' and measure rate and latency");
    auto const number = [&](char const* name, std::size_t& value, std::size_t least,
                            std::size_t most, char const* help) {
        command.add_option(name, value, help)
            ->type_name("N")
            ->check(CLI::Range(least, most))
            ->capture_default_str();
    };
    number("--events", o.events, 1, 1'000'000, "Events to publish");
    number("--size", o.size, 0, 60'000, "Bytes of each event's message");
    number("--subscribers", o.subscribers, 0, 64, "Subscribers that receive every event");
    number("--in-flight", o.in_flight, 1, 1000, "Events published and not yet answered");
    command.add_flag("--json", o.json, "Print the figures as JSON");
}

// One sentence that says what to do.
std::string failure_text(CLI::App const* app, CLI::Error const& why)
{
    auto const chosen = app->get_subcommands();
    auto const command = chosen.empty() ? "" : " " + chosen.front()->get_name();
    if (auto const words = app->remaining(); chosen.empty() && !words.empty())
        return "thump: there is no command '" + printable(words.front()) +
               "'; see 'thump --help'.\n";
    return "thump: " + printable(why.what()) + "; see 'thump" + command + " --help'.\n";
}

command understand(CLI::App const& app, written_options& w)
{
    auto const* const chosen = app.get_subcommands().front();
    auto const& name = chosen->get_name();
    if (name == "publish") return understand_publish(w);
    if (name == "tail") return understand_tail(w);
    if (name == "history") return understand_history(w);
    if (name == "types") return w.show_types;
    if (name == "stats") return w.stats;
    if (name == "top") return understand_top(w);
    return w.bench;
}

}   // namespace

std::unique_ptr<CLI::App> describe_commands(written_options& to)
{
    auto app = std::make_unique<CLI::App>("thump: publish events, watch them, look after a broker",
                                          "thump");
    app->footer(footer);
    app->failure_message(failure_text);
    app->fallthrough();
    app->require_subcommand(1);
    app->set_version_flag("--version", "thump " + std::string{version});
    app->add_option("--url", to.line.server.url, "Where the server is")
        ->type_name("URL")
        ->envname("THUMP_URL")
        ->capture_default_str();
    app->add_option("--token", to.line.server.token, "Sent as 'Authorization: Bearer TOKEN'")
        ->type_name("TOKEN")
        ->envname("THUMP_TOKEN");
    describe_publish(*app, to);
    describe_tail(*app, to);
    describe_history(*app, to);
    describe_figures(*app, to);
    describe_bench(*app, to);
    return app;
}

std::variant<command_line, exit_code> parse_command_line(int argc, char const* const* argv)
{
    written_options written;
    auto const app = describe_commands(written);
    try {
        app->parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        return app->exit(e) == 0 ? exit_success : exit_usage;
    }
    try {
        written.line.command = understand(*app, written);
    } catch (usage_error const& e) {
        std::cerr << "thump: " << printable(e.what()) << ".\n";
        return exit_usage;
    }
    return std::move(written.line);
}

}   // namespace thump::cli
