#include <client/stream_terms.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace thump::client_side {

namespace json = boost::json;

namespace {

std::optional<overflow> policy_in(json::object const& subscription)
{
    auto const* const value = subscription.if_contains("overflow");
    auto const* const name = value ? value->if_string() : nullptr;
    return name ? parse_overflow(*name) : std::nullopt;
}

std::optional<std::uint64_t> count_in(json::value const& value)
{
    json::error_code ec;
    auto const count = value.to_number<std::uint64_t>(ec);
    return ec ? std::nullopt : std::optional{count};
}

}   // namespace

stream_terms read_stream_terms(std::string_view welcome)
{
    stream_terms made;
    json::error_code ec;
    auto const parsed = json::parse(welcome, ec);
    auto const* const record = ec ? nullptr : parsed.if_object();
    if (!record) return made;
    if (auto const* const start = record->if_contains("start")) made.start = count_in(*start);
    auto const* const value = record->if_contains("subscription");
    if (auto const* const subscription = value ? value->if_object() : nullptr)
        made.overflow = policy_in(*subscription);
    return made;
}

}   // namespace thump::client_side
