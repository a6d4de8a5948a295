// What a subscriber asks for, over any transport.
#pragma once

#include <thump/error.hpp>
#include <thump/subscription_options.hpp>

#include <wire/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thump::wire {

/// The most events that one answer from history may hold.
inline constexpr std::size_t max_history_limit = 1000;
/// The fewest events per second that `max_rate` may ask for: one in twelve days.
inline constexpr double min_max_rate = 1e-6;
/// The most.
inline constexpr double max_max_rate = 1e6;

enum class stream_format : std::uint8_t { thump, cloudevents };

/// The form as it is written on the wire.
[[nodiscard]] std::string_view to_string(stream_format format) noexcept;

/// The parameters of `GET /v1/events`, and of the WebSocket's `subscribe`.
struct stream_request {
    subscription_options subscription = {};
    std::optional<std::size_t> limit = {};   ///< events, 1 to `max_history_limit`
    std::optional<double> max_rate = {};     ///< events per second under `latest`
    stream_format format = stream_format::thump;
    bool subscribe = true;   ///< false: a connection that only publishes
};

/// Makes a request of named parameters, in any order.
///
/// | name | value |
/// |---|---|
/// | `types` | type patterns with commas between them; may be repeated |
/// | `meta.KEY` | a value that metadata `KEY` may have; may be repeated |
/// | `since`, `until` | a position (see `parse_position`) |
/// | `last_event_id` | a cursor; stands in for `since` |
/// | `limit`, `queue` | a whole number from 1 to its bound |
/// | `max_rate` | a number from `min_max_rate` to `max_max_rate` |
/// | `overflow` | a policy (see `parse_overflow`) |
/// | `key` | a metadata key, or `type` |
/// | `name` | up to 255 bytes of UTF-8 without control characters |
/// | `format` | `thump` or `cloudevents` |
/// | `subscribe` | `true` or `false` |
class stream_request_builder {
public:
    /// @param defaults What holds where nothing is asked; its types and conditions are ignored.
    /// @param max_queue The largest queue that may be asked for, in events.
    /// @param format What is understood where no format is asked for.
    stream_request_builder(subscription_options const& defaults, std::size_t max_queue,
                           stream_format format = stream_format::thump);

    /// Sets a parameter.
    /// @return nothing, or `errc::unknown_parameter`, or `errc::invalid_parameter` with a sentence
    /// that names the parameter, the value and what was expected. A parameter that comes twice, but
    /// for `types` and `meta.KEY`, is invalid.
    [[nodiscard]] result<void> set(std::string_view name, std::string_view value);

    /// Takes the header `Last-Event-ID`, which has the last word: a browser that reconnects sends
    /// it with the query that it began with. What is no cursor is taken for one of another epoch.
    void resume_after(std::string_view last_event_id);

    /// The request.
    /// @return `errc::invalid_parameter` where patterns or conditions make no filter.
    [[nodiscard]] result<stream_request> finish();

private:
    struct parameter;
    static parameter const parameters[];

    result<void> set_types(std::string_view value);
    result<void> set_since(std::string_view value);
    result<void> set_until(std::string_view value);
    result<void> set_last_event_id(std::string_view value);
    result<void> set_limit(std::string_view value);
    result<void> set_queue(std::string_view value);
    result<void> set_max_rate(std::string_view value);
    result<void> set_overflow(std::string_view value);
    result<void> set_key(std::string_view value);
    result<void> set_name(std::string_view value);
    result<void> set_format(std::string_view value);
    result<void> set_subscribe(std::string_view value);
    result<void> set_condition(std::string_view key, std::string_view value);

    stream_request made_;
    std::size_t max_queue_;
    std::optional<cursor> last_event_id_;
    unsigned seen_ = 0;   // a bit for each row of `parameters`
};

/// Appends the request as a JSON object of the same parameters, as `subscribe` would take them.
void append_subscription(std::string& out, stream_request const& request);

}   // namespace thump::wire
