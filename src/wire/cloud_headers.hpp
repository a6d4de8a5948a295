// CloudEvents 1.0 in the binary mode of the HTTP binding: attributes are header fields, the data is
// the body.
//
//     field = "ce-" name ":" value      ; name in any case
//     value = *( char / "%" HEX HEX )   ; a quoted-string is unquoted first, and decoding is done
//     once
#pragma once

#include <wire/event_rules.hpp>

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace thump::wire {

/// A header field, as it was sent.
struct cloud_header {
    std::string_view name;
    std::string_view value;
};

/// What the bytes of a body are.
enum class body_kind : std::uint8_t { json, text };

struct cloud_body {
    body_kind kind = body_kind::json;
    std::string_view content_type = {};   ///< as it was sent; empty: none was
    std::string_view bytes = {};          ///< empty: the event has no data
};

/// Reads a CloudEvent from a message. Fields whose names do not begin with `ce-` are passed over;
/// so is `ce-datacontenttype`, in whose place the body has its content type. Text becomes a JSON
/// string. All attributes are strings.
///
/// @return the event, or what is wrong. The detail names the field; the pointer and offset of
/// faults of the data are those of the body. Those of `cloud_event_builder`, `errc::invalid_data`,
/// `invalid_utf8`, `invalid_attribute` (a name or an encoding that is none).
[[nodiscard]] result<event> parse_cloud_message(std::span<cloud_header const> fields,
                                                cloud_body const& body, event_rules const& rules);

}   // namespace thump::wire
