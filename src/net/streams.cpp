#include <net/streams.hpp>

#include <net/connection.hpp>
#include <net/shard.hpp>
#include <wire/control_json.hpp>

#include <string_view>
#include <utility>

namespace thump::net {
namespace {

result<void> check_supported(wire::stream_request const& r)
{
    auto const refuse = [](std::string_view name) -> error {
        return {make_error_code(errc::invalid_parameter),
                "parameter '" + std::string{name} +
                    "' needs history, which this server does not keep",
                {},
                {},
                {}};
    };
    if (r.since) return refuse("since");
    if (r.until) return refuse("until");
    if (r.limit) return refuse("limit");
    if (r.max_rate) return refuse("max_rate");
    if (r.subscription.overflow == overflow::catch_up) return refuse("overflow=catch_up");
    if (r.format != wire::stream_format::thump)
        return error{make_error_code(errc::invalid_parameter),
                     "parameter 'format' can only be 'thump' here",
                     {},
                     {},
                     {}};
    return {};
}

}   // namespace

result<std::unique_ptr<subscriber>>
make_subscriber(connection& c, wire::stream_request const& request, encoding form)
{
    if (auto const supported = check_supported(request); !supported) return supported.error();
    auto& broker = c.home().broker();
    if (broker.stopped()) return error{make_error_code(errc::stopped), {}, {}, {}, {}};
    auto const id = broker.join();
    if (id == 0) return error{make_error_code(errc::too_many_subscribers), {}, {}, {}, {}};
    return std::make_unique<subscriber>(c, id, request, form, broker.epoch());
}

void start_events(connection& c, std::unique_ptr<subscriber> s)
{
    auto const& asked = s->request.subscription;
    // The builder of the request has made the same filter before.
    auto const wanted = filter::make(asked.types, asked.where).value();
    c.subscribe(std::move(s), wanted);
}

std::string welcome_json(connection& c, subscriber const* s, wire::stream_request const& request)
{
    auto const& broker = c.home().broker();
    std::string json;
    wire::append_welcome(json, {broker.epoch(), broker.last_seq(), 0, s ? s->id : 0, request});
    return json;
}

}   // namespace thump::net
