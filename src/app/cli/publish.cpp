// thump publish: one event.
#include <app/cli/commands.hpp>
#include <app/cli/printable.hpp>
#include <wire/json_text.hpp>

#include <string>

namespace thump::cli {

void print_receipt(output& out, receipt const& given, bool json)
{
    auto const seq = std::to_string(given.seq);
    if (!json) {
        out << (given.duplicate ? "already published as " : "published as ") << seq << ", id "
            << printable(given.id) << "\n";
        return;
    }
    std::string text = R"({"id":)";
    wire::append_json_string(text, given.id);
    text.append(",\"seq\":").append(seq);
    if (given.duplicate) text += R"(,"duplicate":true)";
    out << text << "}\n";
}

awaitable<exit_code> execute(program& p, publish_options const& o)
{
    if (o.from_stdin) co_return co_await publish_lines(p, o);
    error why;
    auto const [ec, given] = co_await p.server.async_publish(o.e, why, completion);
    if (ec) co_return complain(p, why);
    if (!o.quiet) print_receipt(p.out, given, o.json);
    co_return exit_success;
}

}   // namespace thump::cli
