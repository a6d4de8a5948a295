// Grammar (members in this order; RFC 9457, section 3.1):
//
//     problem = '{"type":"urn:thump:error:' name '","title":' string [ ',"status":' number ] place
//     '}' place   = ',"detail":' string [ ',"pointer":' string ] [ ',"offset":' number ]
//               [ ',"index":' number ]
#include <wire/problem_json.hpp>

#include <wire/json_text.hpp>

namespace thump::wire {

error_info const& describe(error const& e) noexcept
{
    bool const ours = e.code.category() == category();
    return thump::describe(ours ? static_cast<errc>(e.code.value()) : errc{});
}

void append_error_place(std::string& out, error const& e)
{
    // What an error quotes may have come from anywhere.
    out += R"(,"detail":)";
    append_json_string_lossy(out, e.detail.empty() ? describe(e).sentence : e.detail);
    if (!e.pointer.empty()) {
        out += R"(,"pointer":)";
        append_json_string_lossy(out, e.pointer);
    }
    if (e.offset) {
        out += R"(,"offset":)";
        append_decimal(out, *e.offset);
    }
    if (e.index) {
        out += R"(,"index":)";
        append_decimal(out, *e.index);
    }
}

void append_problem(std::string& out, error const& e)
{
    auto const& info = describe(e);
    out += R"({"type":"urn:thump:error:)";
    out += info.name;
    out += R"(","title":)";
    append_json_string(out, info.sentence);
    if (info.http_status != 0) {
        out += R"(,"status":)";
        append_decimal(out, static_cast<std::uint64_t>(info.http_status));
    }
    append_error_place(out, e);
    out += '}';
}

}   // namespace thump::wire
