#include <net/subprotocol.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <string>

namespace thump::net {
namespace {

using wire::stream_format;

constexpr subprotocol known[] = {
    {"thump.v1.json", stream_format::thump, stream_format::thump},
    {"cloudevents.json", stream_format::cloudevents, stream_format::cloudevents},
};

}   // namespace

result<subprotocol> choose_subprotocol(http_request const& request,
                                       std::optional<stream_format> asked)
{
    subprotocol unfit{};
    for (auto const& [name, value] : request.fields) {
        if (!boost::beast::iequals(name, "Sec-WebSocket-Protocol")) continue;
        for (auto const offer : boost::beast::http::token_list{value}) {
            auto const* const found =
                std::ranges::find(known, std::string_view{offer}, &subprotocol::name);
            if (found == std::end(known)) continue;
            if (!asked || *asked == found->events) return *found;
            unfit = *found;
        }
    }
    if (unfit.name.empty())
        return subprotocol{{}, asked.value_or(stream_format::thump), stream_format::thump};
    return error{make_error_code(errc::invalid_parameter),
                 "'format' is '" + std::string{to_string(*asked)} + "', which the subprotocol '" +
                     std::string{unfit.name} + "' does not have",
                 {},
                 {},
                 {}};
}

}   // namespace thump::net
