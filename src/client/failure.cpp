#include <client/failure.hpp>

#include <wire/json_pointer.hpp>
#include <wire/server_record.hpp>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace thump::client_side {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::string_view problem_prefix = "urn:thump:error:";

// Statuses that tell of the server's state, not of the request.
constexpr std::array<unsigned, 5> passing_statuses{429, 500, 502, 503, 504};

constexpr std::array passing_errors{
    errc::intake_full,     errc::stopped,      errc::too_many_subscribers,
    errc::request_timeout, errc::pong_timeout, errc::too_many_connections,
    errc::going_away,
};

std::string_view text_at(json::object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(name);
    auto const* const text = found ? found->if_string() : nullptr;
    return text ? std::string_view{*text} : std::string_view{};
}

std::string status_text(unsigned status)
{
    std::string text = "the server answered " + std::to_string(status);
    if (auto const known = http::int_to_status(status); known != http::status::unknown)
        text.append(" ").append(std::string_view{http::obsolete_reason(known)});
    return text;
}

}   // namespace

error status_failure(unsigned status, std::string_view body)
{
    bool const passing = std::ranges::find(passing_statuses, status) != passing_statuses.end();
    error made{passing ? make_error_code(errc::going_away) : error_code{http::error::bad_status},
               status_text(status),
               {},
               {},
               {}};
    json::error_code ec;
    auto const parsed = json::parse(body, ec);
    if (ec || !parsed.is_object()) return made;

    auto const& problem = parsed.get_object();
    auto type = text_at(problem, "type");
    if (!type.starts_with(problem_prefix)) return made;
    type.remove_prefix(problem_prefix.size());
    if (auto const code = wire::parse_errc(type)) made.code = *code;
    if (auto const detail = text_at(problem, "detail"); !detail.empty()) made.detail = detail;
    made.pointer = text_at(problem, "pointer");
    if (auto const* const index = problem.if_contains("index"); index && index->is_int64())
        made.index = static_cast<std::size_t>(index->get_int64());
    return made;
}

error close_failure(std::uint16_t code, std::string_view reason)
{
    auto const made = [&](error_code ec, std::string fallback) {
        return error{ec, reason.empty() ? std::move(fallback) : std::string{reason}, {}, {}, {}};
    };
    switch (code) {
    case websocket::close_code::normal:
        return made(errc::end_of_stream, "the server ended the stream");
    case websocket::close_code::going_away:
        return made(errc::going_away, "the server is shutting down");
    case websocket::close_code::policy_error:
        return made(errc::origin_not_allowed, "the server does not allow this connection");
    case websocket::close_code::none:
    case websocket::close_code::service_restart:
    case websocket::close_code::try_again_later:
    case websocket::close_code::internal_error:
        return made(asio::error::connection_reset, "the server ended the connection");
    default:
        break;
    }
    auto const table = error_table();
    auto const found = std::ranges::find(table, int{code}, &error_info::close_code);
    if (found != table.end()) return made(found->code, std::string{found->sentence});
    return made(asio::error::connection_reset,
                "the server closed the stream with code " + std::to_string(code));
}

error connection_failure(error_code ec, std::string_view authority)
{
    return {ec, std::string{authority} + ": " + ec.message(), {}, {}, {}};
}

error foreign_answer(std::string_view authority, std::string_view why)
{
    return {make_error_code(errc::protocol_error),
            std::string{authority} + " does not answer like a thump server: " + std::string{why},
            {},
            {},
            {}};
}

bool is_passing(error const& e)
{
    if (e.code.category() == category())
        return std::ranges::find(passing_errors, static_cast<errc>(e.code.value())) !=
               passing_errors.end();
    if (e.code == websocket::condition::protocol_violation ||
        e.code == websocket::error::message_too_big || e.code == websocket::error::buffer_overflow)
        return false;
    return e.code != http::error::bad_status;
}

}   // namespace thump::client_side
