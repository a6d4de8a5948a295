// Writes the manual pages and completions. Part of the build, not of what is installed.
#include <app/cli/command_line.hpp>
#include <app/cli/manual.hpp>
#include <app/command_line.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

std::string read_file(char const* path)
{
    std::ifstream in{path, std::ios::binary};
    if (!in) throw std::runtime_error{std::string{"cannot read "} + path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string made_of(std::string_view what, char const* from)
{
    using namespace thump;
    cli::written_options written;
    auto const client = cli::describe_commands(written);
    if (what == "bash") return cli::bash_completion(*client);
    if (what == "zsh") return cli::zsh_completion(*client);
    if (what == "thump.1") return cli::manual_page(*client, read_file(from));
    if (what != "thumpd.8") throw std::runtime_error{"nothing is known of this"};
    app::command_line line;
    auto const daemon = app::describe_options(line);
    return cli::manual_page(*daemon, read_file(from));
}

}   // namespace

// thump_manual OUTPUT (bash | zsh), thump_manual OUTPUT (thump.1 | thumpd.8) TEMPLATE
int main(int argc, char** argv)
try {
    if (argc < 3) throw std::runtime_error{"what is to be written, and where?"};
    std::ofstream out{argv[1], std::ios::binary};
    out << made_of(argv[2], argc > 3 ? argv[3] : "");
    out.close();
    if (!out) throw std::runtime_error{std::string{"cannot write "} + argv[1]};
    return 0;
} catch (std::exception const& e) {
    std::cerr << "thump_manual: " << e.what() << '\n';
    return 1;
}
