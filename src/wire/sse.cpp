// Grammar of what is written (a subset of WHATWG HTML, section 9.2.5; lines end in LF):
//
//     stream  = *( event / control / comment / retry )
//     event   = cursor "event: " type LF "data: " json LF LF
//     control = [ cursor ] "event: " name LF "data: " json LF LF
//     comment = ":" LF [ cursor ] LF
//     cursor  = "id: " epoch ":" seq LF
//     retry   = "retry: " milliseconds LF LF
//
// A field ends with its line, so no value may hold LF or CR: types and epochs cannot by their
// grammars, JSON does not as it is written in one line.
#include <wire/sse.hpp>

#include <wire/json_text.hpp>

#include <boost/assert.hpp>

#include <cstdint>

namespace thump::wire {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value)
{
    BOOST_ASSERT(value.find_first_of("\r\n") == std::string_view::npos);
    out += name;
    out += value;
    out += '\n';
}

}   // namespace

void append_sse_event(std::string& out, std::string_view epoch, event const& e,
                      std::string_view json)
{
    append_sse_cursor(out, epoch, e.seq);
    append_sse_control(out, e.type, json);
}

void append_sse_cursor(std::string& out, std::string_view epoch, std::uint64_t seq)
{
    out += "id: ";
    out += epoch;
    out += ':';
    append_decimal(out, seq);
    out += '\n';
}

void append_sse_control(std::string& out, std::string_view name, std::string_view json)
{
    append_field(out, "event: ", name);
    append_field(out, "data: ", json);
    out += '\n';
}

void append_sse_comment(std::string& out)
{
    out += ":\n\n";
}

void append_sse_comment(std::string& out, std::string_view epoch, std::uint64_t seq)
{
    out += ":\n";
    append_sse_cursor(out, epoch, seq);
    out += '\n';
}

void append_sse_retry(std::string& out, std::chrono::milliseconds after)
{
    out += "retry: ";
    append_decimal(out, static_cast<std::uint64_t>(after.count()));
    out += "\n\n";
}

}   // namespace thump::wire
