#include <support/http_reply.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/json/parse.hpp>

#include <stdexcept>

namespace thump::test {

std::string http_reply::field(std::string_view name) const
{
    for (std::string_view rest = head; !rest.empty();) {
        auto const line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(std::min(rest.size(), line.size() + 2));
        auto const colon = line.find(": ");
        if (colon != std::string_view::npos && boost::beast::iequals(line.substr(0, colon), name))
            return std::string{line.substr(colon + 2)};
    }
    return {};
}

boost::json::object http_reply::json() const
{
    return boost::json::parse(body).as_object();
}

http_reply read_head(peer& from)
{
    http_reply reply;
    reply.head = from.read_past("\r\n\r\n");
    if (!reply.head.starts_with("HTTP/1.1 ")) throw std::runtime_error{"no HTTP: " + reply.head};
    reply.status = std::stoi(reply.head.substr(9, 3));
    return reply;
}

http_reply read_reply(peer& from)
{
    auto reply = read_head(from);
    if (auto const length = reply.field("Content-Length"); !length.empty())
        reply.body = from.read(std::stoul(length));
    return reply;
}

std::string get_request(std::string_view target, std::string_view fields)
{
    std::string request = "GET ";
    return request.append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(fields) + "\r\n";
}

std::string post_request(std::string_view body)
{
    return "POST /v1/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

}   // namespace thump::test
