#include <app/cli/described.hpp>

#include <thump/catalog.hpp>
#include <thump/subscription_options.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>

namespace thump::cli {
namespace {

described_option describe(CLI::Option const& option)
{
    described_option made;
    for (auto const& name : option.get_snames())
        made.names.push_back("-" + name);
    for (auto const& name : option.get_lnames())
        made.names.push_back("--" + name);
    bool const takes_value = option.get_type_size_max() != 0 && option.get_expected_max() != 0;
    if (option.get_positional())
        made.value = option.get_name(true);
    else if (takes_value)
        made.value = option.get_type_name().empty() ? "VALUE" : option.get_type_name();
    made.text = option.get_description();
    made.environment = option.get_envname();
    made.repeatable = takes_value && option.get_expected_max() > 1;
    return made;
}

bool takes(described_option const& option, std::string_view name)
{
    return std::ranges::find(option.names, name) != option.names.end();
}

}   // namespace

std::vector<described_option> options_of(CLI::App const& app)
{
    std::vector<described_option> made;
    for (auto const* const option : app.get_options())
        made.push_back(describe(*option));
    return made;
}

std::vector<CLI::App const*> commands_of(CLI::App const& app)
{
    return app.get_subcommands([](CLI::App const* c) { return !c->get_name().empty(); });
}

std::vector<std::string> values_of(described_option const& option)
{
    std::vector<std::string> values;
    if (takes(option, "--overflow"))
        for (auto const policy : {overflow::drop_newest, overflow::drop_oldest, overflow::latest,
                                  overflow::catch_up, overflow::disconnect})
            values.emplace_back(to_string(policy));
    if (takes(option, "--since") || takes(option, "--until"))
        values = {"earliest", "last:10", "10m", "1h"};
    if (option.value == "TYPE" || option.value == "PATTERN")
        for (auto const& known : catalog())
            values.emplace_back(known.type);
    return values;
}

}   // namespace thump::cli
