#include <app/command_line.hpp>

#include <thump/version.hpp>

#include <CLI/CLI.hpp>

namespace thump::app {
namespace {

constexpr auto footer = "Environment: THUMP_LISTEN and THUMP_<SECTION>_<KEY> override the file, "
                        "flags override both.\n"
                        "Exit codes: 0 stopped as asked, 1 could not run, 2 wrong usage or "
                        "configuration,\n"
                        "128+N ended at once by a second signal N.";

}   // namespace

std::unique_ptr<CLI::App> describe_options(command_line& to)
{
    auto cli = std::make_unique<CLI::App>(
        "thumpd: a real-time event broker over HTTP, WebSocket and SSE", "thumpd");
    cli->footer(footer);
    cli->set_version_flag("--version", "thumpd " + std::string{version});
    cli->add_option("--config", to.config_file, "Configuration: a file of JSON with comments")
        ->type_name("FILE");
    cli->add_option("--listen", to.listen, "Where to listen (default 127.0.0.1:8080)")
        ->type_name("ADDR:PORT");
    cli->add_flag("--check-config", to.check_config, "Check the configuration and exit");
    cli->add_flag("--print-config", to.print_config,
                  "Print the configuration that takes effect and exit");
    return cli;
}

std::variant<command_line, exit_code> parse_command_line(int argc, char const* const* argv)
{
    command_line line;
    auto const cli = describe_options(line);
    try {
        cli->parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        return cli->exit(e) == 0 ? exit_success : exit_usage;
    }
    return line;
}

}   // namespace thump::app
