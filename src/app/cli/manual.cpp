// Grammar of what is filled in (man(7), groff_man(7)):
//
//     option = ".TP" LF name *( ", " name ) [ " " value ] LF text LF
//     name   = "\fB" text "\fR"
//     value  = "\fI" text "\fR"
//
// In text a backslash is written "\e" and a dash "\-"; a line never begins with a period or quote.
#include <app/cli/manual.hpp>

#include <app/cli/described.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>

namespace thump::cli {
namespace {

std::string roff(std::string_view text)
{
    std::string made;
    if (text.starts_with('.') || text.starts_with('\'')) made += "\\&";
    for (char const c : text) {
        if (c == '\\')
            made += "\\e";
        else if (c == '-')
            made += "\\-";
        else if (c == '\'')
            made += "\\(aq";
        else
            made += c;
    }
    return made;
}

std::string bold(std::string_view text)
{
    return "\\fB" + roff(text) + "\\fR";
}

std::string italic(std::string_view text)
{
    return "\\fI" + roff(text) + "\\fR";
}

std::string heading_of(described_option const& o)
{
    std::string made;
    for (auto const& name : o.names) {
        if (!made.empty()) made += ", ";
        made += bold(name);
    }
    if (o.value.empty()) return made;
    if (!made.empty()) made += ' ';
    return made + italic(o.value);
}

std::string text_of(described_option const& o)
{
    auto made = roff(o.text);
    if (!made.ends_with('.')) made += '.';
    if (!o.environment.empty()) made += " Environment: " + bold(o.environment) + '.';
    return made;
}

std::string options_text(CLI::App const& app)
{
    std::string made;
    for (auto const& o : options_of(app))
        made.append(".TP\n").append(heading_of(o)).append("\n").append(text_of(o)).append("\n");
    return made;
}

std::string usage_of(std::string_view program, CLI::App const& command)
{
    std::string made = bold(program) + ' ' + bold(command.get_name());
    for (auto const& o : options_of(command))
        if (o.names.empty())
            made.append(" [").append(italic(o.value)).append(o.repeatable ? "]\\&..." : "]");
    return made + " [" + italic("OPTION") + "]\\&...";
}

std::string synopsis_text(CLI::App const& app)
{
    std::string made;
    for (auto const* const command : commands_of(app))
        made.append(made.empty() ? "" : ".br\n")
            .append(usage_of(app.get_name(), *command))
            .append("\n");
    if (made.empty()) made = bold(app.get_name()) + " [" + italic("OPTION") + "]\\&...\n";
    return made;
}

std::string commands_text(CLI::App const& app)
{
    std::string made;
    for (auto const* const command : commands_of(app)) {
        made.append(".SS ").append(usage_of(app.get_name(), *command)).append("\n");
        made.append(roff(command->get_description())).append(".\n").append(options_text(*command));
    }
    return made;
}

}   // namespace

std::string manual_page(CLI::App const& app, std::string_view page)
{
    std::string made;
    while (!page.empty()) {
        auto const line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(line.size() + 1, page.size()));
        if (line == "@SYNOPSIS@")
            made += synopsis_text(app);
        else if (line == "@OPTIONS@")
            made += options_text(app);
        else if (line == "@COMMANDS@")
            made += commands_text(app);
        else
            made.append(line).append("\n");
    }
    return made;
}

}   // namespace thump::cli
