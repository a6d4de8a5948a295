// thumpd: the broker as a daemon.
#include <app/command_line.hpp>
#include <app/config_load.hpp>
#include <app/log.hpp>
#include <app/process.hpp>
#include <app/signals.hpp>

#include <thump/broker.hpp>
#include <thump/server.hpp>
#include <thump/version.hpp>

#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <variant>

#include <unistd.h>

namespace {

using namespace thump::app;

config load(command_line const& line)
{
    config c;
    key_places places;
    if (line.config_file) places = apply_file(c, *line.config_file);
    auto const unknown = apply_environment(c, thump_environment());
    if (line.listen) apply_listen_flag(c, *line.listen);
    check_together(c, places);
    start_log(c.log);
    for (auto const& name : unknown)
        write_log(thump::log_level::warning, "environment variable " + name + " names no key");
    return c;
}

void serve(config const& c)
{
    raise_descriptor_limit();

    boost::asio::io_context ioc{1};
    auto of_broker = c.broker;
    of_broker.implicit_strand = true;   // one thread runs it
    thump::broker broker{ioc.get_executor(), of_broker};
    thump::server server{broker, c.server, write_log};
    stop_signals const signals{ioc, server};
    write_log(thump::log_level::info, "thumpd " + std::string{thump::version} +
                                          " listening on http://" + server.address() + " (pid " +
                                          std::to_string(::getpid()) + ")");
    ioc.run();
    write_log(thump::log_level::info, "stopped");
}

// Whichever way a scope is left.
struct log_finisher {
    log_finisher() = default;
    log_finisher(log_finisher const&) = delete;
    log_finisher& operator=(log_finisher const&) = delete;
    ~log_finisher() { finish_log(); }
};

int run(command_line const& line)
{
    log_finisher const at_the_end;
    auto const c = load(line);
    if (line.print_config)
        std::cout << to_text(c);
    else if (line.check_config)
        std::cout << "The configuration is valid.\n";
    else
        serve(c);
    return exit_success;
}

int complain(char const* what, exit_code code)
{
    std::cerr << "thumpd: " << what << '\n';
    return code;
}

}   // namespace

int main(int argc, char** argv)
try {
    open_standard_streams();
    ignore_broken_pipes();
    auto const line = parse_command_line(argc, argv);
    if (auto const* const code = std::get_if<exit_code>(&line)) return *code;
    return run(std::get<command_line>(line));
} catch (config_error const& e) {
    return complain(e.what(), exit_usage);
} catch (std::invalid_argument const& e) {
    return complain(e.what(), exit_usage);
} catch (std::exception const& e) {
    return complain(e.what(), exit_failure);
}
