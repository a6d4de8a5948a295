// A CloudEvent, put together attribute by attribute, becomes an event.
#pragma once

#include <wire/cloud_attributes.hpp>
#include <wire/event_rules.hpp>

#include <thump/error.hpp>
#include <thump/event.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace thump::wire {

/// Takes the attributes and the data of a CloudEvent, in any order, and makes an event of them.
///
/// Errors have a pointer as if the CloudEvent were an object whose members are its attributes and
/// `data`.
class cloud_event_builder {
public:
    explicit cloud_event_builder(event_rules const& rules) noexcept : rules_{rules} {}

    /// Takes an attribute.
    /// @return nothing, or what is wrong: `errc::invalid_attribute`, `wrong_json_type`,
    /// `duplicate_key`, `invalid_metadata` (too many), `invalid_type`, `invalid_id`,
    /// `invalid_source`, `invalid_timestamp`.
    result<void> set(std::string_view name, std::string_view value,
                     attribute_type type = attribute_type::string);

    /// Takes the data: JSON in one line. Requires: no data was given before.
    /// @param too_deep Whether it is nested deeper than the limit, by one level: wrapped data may.
    void set_data(std::string json, bool too_deep = false);

    /// Takes binary data: a JSON string of Base64 in one line. Requires: as `set_data`.
    void set_base64(std::string json);

    /// The event. `seq` is what a broker has written into `sequence`, if one has.
    /// @return `errc::missing_field` where a required attribute is missing; `json_too_deep`,
    /// `event_too_large`; where the data is wrapped, what is wrong inside (see `read_wrapped`).
    result<event> finish();

private:
    struct core_attribute;
    struct attribute {
        attribute(std::string v, attribute_type t) : value{std::move(v)}, type{t} {}
        std::string value;
        attribute_type type;
    };
    static core_attribute const core_attributes[];

    result<void> set_version(std::string_view value);
    result<void> set_id(std::string_view value);
    result<void> set_source(std::string_view value);
    result<void> set_type(std::string_view value);
    result<void> set_time(std::string_view value);
    result<void> keep(std::string_view name, std::string_view value, attribute_type type);
    result<void> add(std::string_view name, std::string_view value,
                     attribute_type type = attribute_type::string);
    result<void> settle_sequence();
    result<void> settle_data();

    event_rules rules_;
    event made_;
    std::optional<attribute> sequence_;
    std::optional<attribute> publisher_sequence_;
    bool json_type_ = false;    // datacontenttype is "application/json"
    bool own_schema_ = false;   // dataschema is `thump_schema`
    bool base64_ = false;
    bool too_deep_ = false;
    unsigned seen_ = 0;   // a bit for each row of `core_attributes`
};

}   // namespace thump::wire
