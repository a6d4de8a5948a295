#include <net/encoder.hpp>

#include <wire/event_json.hpp>
#include <wire/sse.hpp>
#include <wire/ws_deflate.hpp>
#include <wire/ws_frame.hpp>

#include <array>
#include <charconv>
#include <cstddef>

namespace thump::net {
namespace {

void append_event(std::string& out, std::string& scratch, published_event const& e, encoding form,
                  std::string_view epoch)
{
    scratch.clear();
    wire::append_event(scratch, e);
    switch (form) {
    case encoding::ws_json:
        wire::append_ws_header(out, wire::opcode::text, scratch.size());
        out += scratch;
        return;
    case encoding::ws_json_deflate:
        return wire::append_ws_deflated(out, wire::opcode::text, scratch);
    case encoding::sse_json: {
        std::string record;
        wire::append_sse_event(record, epoch, e, scratch);
        return append_chunk(out, record);
    }
    case encoding::sse_plain:
        return wire::append_sse_event(out, epoch, e, scratch);
    }
}

}   // namespace

detail::frame_ptr const& frame_of(published_event const& e, encoding form, std::string_view epoch)
{
    auto& frame = e.frames[static_cast<std::size_t>(form)];
    if (!frame) {
        // Kept from call to call, so that encoding an event costs one allocation: its frame.
        static thread_local std::string bytes;
        static thread_local std::string scratch;
        bytes.clear();
        append_event(bytes, scratch, e, form, epoch);
        frame = detail::frame::make(bytes);
    }
    return frame;
}

void append_control(std::string& out, encoding form, std::string_view name, std::string_view json)
{
    switch (form) {
    case encoding::ws_json:
    case encoding::ws_json_deflate:
        wire::append_ws_header(out, wire::opcode::text, json.size());
        out += json;
        return;
    case encoding::sse_json: {
        std::string record;
        wire::append_sse_control(record, std::string{"thump."}.append(name), json);
        return append_chunk(out, record);
    }
    case encoding::sse_plain:
        return wire::append_sse_control(out, std::string{"thump."}.append(name), json);
    }
}

void append_chunk(std::string& out, std::string_view payload)
{
    std::array<char, 16> size;
    auto const end = std::to_chars(size.data(), size.data() + size.size(), payload.size(), 16).ptr;
    out.append(size.data(), end);
    out += "\r\n";
    out += payload;
    out += "\r\n";
}

}   // namespace thump::net
