// thump: the command line.
#include <app/cli/command_line.hpp>
#include <app/cli/program.hpp>
#include <app/process.hpp>

#include <variant>

int main(int argc, char** argv)
{
    thump::app::open_standard_streams();
    thump::app::ignore_broken_pipes();
    auto const line = thump::cli::parse_command_line(argc, argv);
    if (auto const* const code = std::get_if<thump::cli::exit_code>(&line)) return *code;
    return thump::cli::run(std::get<thump::cli::command_line>(line));
}
