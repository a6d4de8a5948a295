// Events as CloudEvents 1.0 in the JSON format: the structured mode of their bindings.
//
//     cloud-event = '{"specversion":"1.0","id":' string ',"source":' string ',"type":' string
//                   [ ',"time":' string ] ',"sequence":"' 20DIGIT '"' *( "," attribute )
//                   [ ',"data":' value / ',"data_base64":' string ] "}"
//     attribute   = name ":" ( string / boolean / integer )
//     record      = '{"specversion":"1.0","id":' string ',"source":' string
//                   ',"type":"thump.' op '","time":' string
//                   ',"datacontenttype":"application/json","data":' control '}'
//
// For how metadata holds attributes see cloud_attributes.hpp, for data cloud_data.hpp, for control
// control_json.cpp.
#pragma once

#include <thump/event.hpp>
#include <thump/time_point.hpp>

#include <string>
#include <string_view>

namespace thump::wire {

/// The `source` of an event that has none, which a CloudEvent cannot do without.
inline constexpr std::string_view no_source = "urn:thump:unspecified";

/// Appends `e` as a CloudEvent in one line.
/// Requires: `validate(e)` finds nothing wrong, and the event has its id.
void append_cloud_event(std::string& out, event const& e);

/// What a control record has as a CloudEvent besides what it says.
struct cloud_record {
    std::string_view op;      ///< the record's, as in `gap`
    std::string_view epoch;   ///< of the broker
    std::string_view id;      ///< unique in the epoch
    time_point time;
};

/// Appends a control record as a CloudEvent in one line.
/// @param json The record, as control_json.hpp writes it.
void append_cloud_record(std::string& out, cloud_record const& r, std::string_view json);

}   // namespace thump::wire
