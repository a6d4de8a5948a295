#include <net/streams.hpp>

#include <net/connection.hpp>
#include <net/shard.hpp>
#include <wire/control_json.hpp>

#include <string>
#include <utility>
#include <variant>

namespace thump::net {
namespace {

error refused(std::string detail)
{
    return {make_error_code(errc::invalid_parameter), std::move(detail), {}, {}, {}};
}

result<void> check_supported(wire::stream_request const& r, detail::broker_impl const& broker)
{
    auto const policy = r.subscription.overflow;
    if (policy == overflow::catch_up && broker.options().history.max_events == 0)
        return refused("parameter 'overflow' is 'catch_up', but this server keeps no history");
    if (r.max_rate && policy != overflow::latest)
        return refused("parameter 'max_rate' goes with 'overflow=latest' only");
    if (r.limit) return refused("parameter 'limit' is for history, not for a stream");
    auto const* const until =
        r.subscription.until ? std::get_if<cursor>(&*r.subscription.until) : nullptr;
    if (until && until->epoch != broker.epoch())
        return refused("parameter 'until' is a cursor of another epoch");
    return {};
}

}   // namespace

result<std::unique_ptr<subscriber>> make_subscriber(connection& c,
                                                    wire::stream_request const& request,
                                                    encoding form, wire::stream_format of_gaps)
{
    auto& broker = c.home().broker();
    if (auto const supported = check_supported(request, broker); !supported)
        return supported.error();
    if (broker.stopped()) return error{make_error_code(errc::stopped), {}, {}, {}, {}};
    // One that takes another's place needs none of its own.
    auto const id = c.subscriber() ? broker.next_subscriber_id() : broker.join();
    if (id == 0) return error{make_error_code(errc::too_many_subscribers), {}, {}, {}, {}};
    return std::make_unique<subscriber>(c, id, c.home().plan_for(request), form, of_gaps, broker);
}

std::string welcome_json(connection& c, wire::stream_request const& request, std::uint64_t start)
{
    auto const& broker = c.home().broker();
    auto const* const s = c.subscriber();
    std::string json;
    wire::append_welcome(json, {broker.epoch(), broker.last_seq(), broker.oldest_seq_or_none(),
                                start, s ? s->id : 0, request});
    return json;
}

}   // namespace thump::net
