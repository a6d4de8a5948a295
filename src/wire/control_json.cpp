// Grammar of what the server writes (members in this order; ref is whatever JSON the client gave):
//
//     record     = welcome / subscribed / published / gap / pong / error
//     welcome    = '{"op":"welcome","epoch":' string ',"seq":' number ',"oldest":' number begun
//     subscribed = '{"op":"subscribed"' ref ',"seq":' number begun
//     begun      = ',"start":' number ',"subscriber":' number ',"subscription":' options '}'
//     published  = '{"op":"published"' ref ',"id":' string ',"seq":' number duplicate '}'
//     duplicate  = [ ',"duplicate":true' ]
//     gap        = '{"op":"gap","from":' number ',"to":' number ',"dropped":' number loss '}'
//     loss       = ',"bytes":' number ',"reason":' string ',"recoverable":' boolean
//                  [ ',"oldest":' number ]
//     pong       = '{"op":"pong"' ref '}'
//     error      = '{"op":"error"' ref [ ',"status":' number ] ',"error":' name place '}'
//     ref        = [ ',"ref":' value ]
//
// For options see stream_request.hpp, for place problem_json.cpp.
#include <wire/control_json.hpp>

#include <wire/json_text.hpp>
#include <wire/problem_json.hpp>

namespace thump::wire {
namespace {

void open(std::string& out, std::string_view op, message_ref const& ref = {})
{
    out += R"({"op":")";
    out += op;
    out += '"';
    if (!ref) return;
    out += R"(,"ref":)";
    out += *ref;
}

void append_number(std::string& out, std::string_view name, std::uint64_t value)
{
    out += ",\"";
    out += name;
    out += "\":";
    append_decimal(out, value);
}

void append_string(std::string& out, std::string_view name, std::string_view value)
{
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
}

// Of a welcome, or of what a `subscribe` led to.
template <class Begun>
void append_begun(std::string& out, Begun const& b)
{
    append_number(out, "start", b.start);
    append_number(out, "subscriber", b.subscriber);
    out += R"(,"subscription":)";
    append_subscription(out, b.subscription);
    out += '}';
}

}   // namespace

void append_welcome(std::string& out, welcome const& w)
{
    open(out, "welcome");
    append_string(out, "epoch", w.epoch);
    append_number(out, "seq", w.seq);
    append_number(out, "oldest", w.oldest);
    append_begun(out, w);
}

void append_subscribed(std::string& out, message_ref const& ref, subscribed const& s)
{
    open(out, "subscribed", ref);
    append_number(out, "seq", s.seq);
    append_begun(out, s);
}

void append_published(std::string& out, message_ref const& ref, std::string_view id,
                      std::uint64_t seq, bool duplicate)
{
    open(out, "published", ref);
    append_string(out, "id", id);
    append_number(out, "seq", seq);
    out += duplicate ? R"(,"duplicate":true})" : "}";
}

void append_gap(std::string& out, gap const& g)
{
    open(out, "gap");
    append_number(out, "from", g.from);
    append_number(out, "to", g.to);
    append_number(out, "dropped", g.dropped);
    append_number(out, "bytes", g.bytes);
    append_string(out, "reason", to_string(g.reason));
    out += g.recoverable ? R"(,"recoverable":true)" : R"(,"recoverable":false)";
    if (g.reason == gap_reason::cursor_expired) append_number(out, "oldest", g.oldest);
    out += '}';
}

void append_pong(std::string& out, message_ref const& ref)
{
    open(out, "pong", ref);
    out += '}';
}

void append_error(std::string& out, message_ref const& ref, error const& e)
{
    auto const& info = describe(e);
    open(out, "error", ref);
    if (info.http_status != 0)
        append_number(out, "status", static_cast<std::uint64_t>(info.http_status));
    append_string(out, "error", info.name);
    append_error_place(out, e);
    out += '}';
}

}   // namespace thump::wire
