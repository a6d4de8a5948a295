#include <net/ws_handshake.hpp>

#include <wire/ws_deflate.hpp>
#include <wire/ws_key.hpp>

#include <thump/errc.hpp>

#include <utility>

namespace thump::net {
namespace {

constexpr std::string_view version = "13";

http_response problem(errc code, std::string detail)
{
    return make_problem({make_error_code(code), std::move(detail), {}, {}, {}});
}

}   // namespace

bool wants_websocket(http_request const& request)
{
    return request.version == 11 && request.lists("Connection", "upgrade") &&
           request.lists("Upgrade", "websocket");
}

http_response make_upgrade_required(std::string detail)
{
    auto response = problem(errc::upgrade_required, std::move(detail));
    response.fields.push_back({"Upgrade", "websocket"});
    response.fields.push_back({"Connection", "Upgrade"});
    response.fields.push_back({"Sec-WebSocket-Version", std::string{version}});
    return response;
}

std::optional<http_response> refuse_handshake(http_request const& request)
{
    if (request.method != http_method::get) return make_method_not_allowed("GET");
    auto const key = request.field("Sec-WebSocket-Key");
    if (!key || request.count("Sec-WebSocket-Key") != 1 || !wire::is_valid_ws_key(*key))
        return problem(errc::bad_request, "Sec-WebSocket-Key must be 16 bytes in base64");
    if (request.field("Sec-WebSocket-Version") != version)
        return make_upgrade_required("Sec-WebSocket-Version must be 13");
    return std::nullopt;
}

std::string accept_handshake(http_request const& request, std::string_view subprotocol,
                             std::string_view extensions)
{
    std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
    head.append(wire::ws_accept_key(*request.field("Sec-WebSocket-Key"))).append("\r\n");
    if (!subprotocol.empty() && request.lists("Sec-WebSocket-Protocol", subprotocol))
        head.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    if (!extensions.empty())
        head.append("Sec-WebSocket-Extensions: ").append(extensions).append("\r\n");
    return head.append("\r\n");
}

std::string agree_on_deflate(http_request const& request)
{
    std::string offers;
    for (auto const& f : request.fields)
        if (boost::beast::iequals(f.name, "Sec-WebSocket-Extensions"))
            offers.append(f.value).append(",");
    return wire::accept_deflate(offers).value_or(std::string{});
}

}   // namespace thump::net
