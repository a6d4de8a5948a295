#include <net/encoder.hpp>

#include <core/uuid7.hpp>
#include <wire/cloud_event.hpp>
#include <wire/event_json.hpp>
#include <wire/event_rules.hpp>
#include <wire/sse.hpp>
#include <wire/ws_deflate.hpp>
#include <wire/ws_frame.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace thump::net {
namespace {

using wire::stream_format;

void append_event(std::string& out, std::string& scratch, published_event const& e, encoding form,
                  std::string_view epoch)
{
    scratch.clear();
    if (format_of(form) == stream_format::cloudevents)
        wire::append_cloud_event(scratch, e);
    else
        wire::append_event(scratch, e);
    if (is_deflated(form)) {
        wire::append_ws_deflated(out, wire::opcode::text, scratch);
    } else if (is_websocket(form)) {
        wire::append_ws_header(out, wire::opcode::text, scratch.size());
        out += scratch;
    } else if (is_chunked(form)) {
        std::string record;
        wire::append_sse_event(record, epoch, e, scratch);
        append_chunk(out, record);
    } else {
        wire::append_sse_event(out, epoch, e, scratch);
    }
}

// Told apart from those of other threads and runs by chance, as all UUIDs are.
std::string make_record_id(time_point now)
{
    static thread_local core::uuid7_generator ids{std::uint64_t{std::random_device{}()} << 32 |
                                                  std::random_device{}()};
    std::string id;
    ids.append(id, now);
    return id;
}

}   // namespace

encoding ws_encoding(stream_format format, bool deflated) noexcept
{
    if (format == stream_format::cloudevents)
        return deflated ? encoding::ws_cloud_deflate : encoding::ws_cloud;
    return deflated ? encoding::ws_json_deflate : encoding::ws_json;
}

encoding sse_encoding(stream_format format, bool chunked) noexcept
{
    if (format == stream_format::cloudevents)
        return chunked ? encoding::sse_cloud : encoding::sse_cloud_plain;
    return chunked ? encoding::sse_json : encoding::sse_plain;
}

stream_format format_of(encoding form) noexcept
{
    bool const cloud = form == encoding::ws_cloud || form == encoding::ws_cloud_deflate ||
                       form == encoding::sse_cloud || form == encoding::sse_cloud_plain;
    return cloud ? stream_format::cloudevents : stream_format::thump;
}

bool is_websocket(encoding form) noexcept
{
    return form == encoding::ws_json || form == encoding::ws_cloud || is_deflated(form);
}

bool is_deflated(encoding form) noexcept
{
    return form == encoding::ws_json_deflate || form == encoding::ws_cloud_deflate;
}

bool is_chunked(encoding form) noexcept
{
    return form == encoding::sse_json || form == encoding::sse_cloud;
}

detail::frame_ptr const& frame_of(published_event const& e, encoding form, std::string_view epoch)
{
    if (auto const& made = e.frames.find(form)) return made;
    // Kept from call to call, so that encoding an event costs one allocation: its frame.
    static thread_local std::string bytes;
    static thread_local std::string scratch;
    bytes.clear();
    append_event(bytes, scratch, e, form, epoch);
    return e.frames.add(form, bytes);
}

void append_frame(std::string& out, published_event const& e, encoding form, std::string_view epoch)
{
    // What is dear to make is made once, whoever wants it.
    bool const dear = is_deflated(form);
    if (dear || e.matching_filters > 1 || e.frames.find(form)) {
        out += frame_of(e, form, epoch)->bytes();
    } else {
        static thread_local std::string scratch;
        append_event(out, scratch, e, form, epoch);
    }
}

std::string control_text(stream_format format, std::string_view epoch, std::string_view name,
                         std::string json)
{
    if (format != stream_format::cloudevents) return json;
    auto const now = time_point::now();
    std::string record;
    wire::append_cloud_record(record, {name, epoch, make_record_id(now), now}, json);
    return record;
}

void append_control(std::string& out, encoding form, std::string_view name, std::string_view text)
{
    if (is_websocket(form)) {
        wire::append_ws_header(out, wire::opcode::text, text.size());
        out += text;
        return;
    }
    std::string record;
    wire::append_sse_control(record, std::string{wire::control_prefix}.append(name), text);
    if (is_chunked(form))
        append_chunk(out, record);
    else
        out += record;
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
