#include <app/cli/described.hpp>
#include <app/cli/manual.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>

namespace thump::cli {
namespace {

std::string joined(std::vector<std::string> const& words, std::string_view between)
{
    std::string made;
    for (auto const& word : words)
        made.append(made.empty() ? "" : between).append(word);
    return made;
}

// ---------------------------------------------------------------- bash

std::vector<std::string> names_of(CLI::App const& app)
{
    std::vector<std::string> names;
    for (auto const& o : options_of(app))
        names.insert(names.end(), o.names.begin(), o.names.end());
    return names;
}

std::vector<std::string> command_names(CLI::App const& app)
{
    std::vector<std::string> names;
    for (auto const* const command : commands_of(app))
        names.push_back(command->get_name());
    return names;
}

// A branch for each option with a value: what can be told of it, or nothing.
void append_values(std::string& out, CLI::App const& app, std::vector<std::string>& told)
{
    for (auto const& o : options_of(app)) {
        if (o.names.empty() || o.value.empty()) continue;
        auto const label = joined(o.names, " | ");
        if (std::ranges::find(told, label) != told.end()) continue;
        told.push_back(label);
        out.append("        ").append(label).append(")\n            words='");
        out.append(joined(values_of(o), " ")).append("'\n            ;;\n");
    }
}

void append_words(std::string& out, std::string_view label, CLI::App const& app,
                  std::vector<std::string> words)
{
    for (auto const& o : options_of(app))
        if (o.names.empty()) {
            auto const values = values_of(o);
            words.insert(words.end(), values.begin(), values.end());
        }
    auto const names = names_of(app);
    words.insert(words.end(), names.begin(), names.end());
    out.append("                ").append(label).append(") words='").append(joined(words, " "));
    out += "' ;;\n";
}

// ---------------------------------------------------------------- zsh

// Text between brackets, or before a colon, in a word in single quotes.
std::string zsh_text(std::string_view text)
{
    std::string made;
    for (char const c : text) {
        if (c == '\'') {
            made += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') made += '\\';
        made += c;
    }
    return made;
}

std::string zsh_action(described_option const& o)
{
    auto const values = values_of(o);
    auto made = ":" + zsh_text(o.value) + ":";
    if (!values.empty()) made += "(" + zsh_text(joined(values, " ")) + ")";
    return made;
}

// The beginning of a word for `_arguments`, with its quote open: either name, once; or any time.
std::string zsh_names(described_option const& o)
{
    if (o.names.size() == 1) return (o.repeatable ? "'*" : "'") + o.names.front();
    auto const before = o.repeatable ? "'*'" : "'(" + joined(o.names, " ") + ")'";
    return before + "{" + joined(o.names, ",") + "}'";
}

void append_arguments(std::string& out, CLI::App const& app, std::string_view indent)
{
    for (auto const& o : options_of(app)) {
        out.append(" \\\n").append(indent);
        if (o.names.empty()) {
            out.append("'").append(o.repeatable ? "*" : "1").append(zsh_action(o)).append("'");
            continue;
        }
        out += zsh_names(o);
        out.append("[").append(zsh_text(o.text)).append("]");
        out.append(o.value.empty() ? "" : zsh_action(o)).append("'");
    }
}

}   // namespace

std::string bash_completion(CLI::App const& app)
{
    auto const& name = app.get_name();
    auto const commands = command_names(app);
    std::string out = "# Completion of " + name + " for bash.\n_" + name + "()\n{\n";
    out += "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    local command='' word words=''\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case $word in\n            ";
    out += joined(commands, " | ");
    out += ")\n                command=$word\n                break\n                ;;\n"
           "        esac\n    done\n"
           "    case $previous in\n";
    std::vector<std::string> told;
    append_values(out, app, told);
    for (auto const* const command : commands_of(app))
        append_values(out, *command, told);
    out += "        *)\n            case $command in\n";
    append_words(out, "''", app, commands);
    for (auto const* const command : commands_of(app))
        append_words(out, command->get_name(), *command, {});
    out += "            esac\n            ;;\n    esac\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\ncomplete -F _";
    return out + name + ' ' + name + '\n';
}

std::string zsh_completion(CLI::App const& app)
{
    auto const& name = app.get_name();
    std::string out = "#compdef " + name + "\n# Completion of " + name + " for zsh.\n\n_" + name +
                      "() {\n    local state line\n    typeset -A opt_args\n"
                      "    local -a commands=(\n";
    for (auto const* const command : commands_of(app))
        out.append("        '")
            .append(command->get_name())
            .append(":")
            .append(zsh_text(command->get_description()))
            .append("'\n");
    out += "    )\n    _arguments -C";
    append_arguments(out, app, "        ");
    out += " \\\n        '1:command:->command' '*::argument:->argument'\n"
           "    case $state in\n        command) _describe command commands ;;\n"
           "        argument)\n            case $line[1] in\n";
    for (auto const* const command : commands_of(app)) {
        out.append("                ").append(command->get_name()).append(")\n");
        out += "                    _arguments";
        append_arguments(out, *command, "                        ");
        out += "\n                    ;;\n";
    }
    out += "            esac\n            ;;\n    esac\n}\n\n";
    return out + "_" + name + " \"$@\"\n";
}

}   // namespace thump::cli
