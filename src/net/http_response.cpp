#include <net/http_response.hpp>

#include <thump/errc.hpp>
#include <wire/json_text.hpp>
#include <wire/problem_json.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <utility>

namespace thump::net {
namespace {

// What of a Content-Type is repeated to its sender.
constexpr std::size_t max_quoted_type_bytes = 100;

// A head without fields of the resource's own.
constexpr std::size_t usual_head_bytes = 256;

enum class persistence { http11_open, http10_open, closing };

void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_status_line(std::string& out, int status)
{
    auto const known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    auto const reason = boost::beast::http::obsolete_reason(known);
    out.append("HTTP/1.1 ");
    wire::append_decimal(out, static_cast<unsigned>(status));
    out.append(1, ' ').append(reason.data(), reason.size()).append("\r\n");
}

// These statuses have neither a body nor its length (RFC 9110 section 8.6).
bool has_length(int status) noexcept
{
    return status >= 200 && status != 204 && status != 304;
}

void append(std::string& out, http_response const& response, persistence kept,
            std::string_view date)
{
    out.reserve(out.size() + usual_head_bytes + response.body.size());
    append_status_line(out, response.status);
    append_field(out, "Date", date);
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    if (has_length(response.status)) {
        out.append("Content-Length: ");
        wire::append_decimal(out, response.body.size());
        out.append("\r\n");
    }
    if (!response.cache_control.empty()) append_field(out, "Cache-Control", response.cache_control);
    out.append("X-Content-Type-Options: nosniff\r\n");
    for (auto const& [name, value] : response.fields)
        append_field(out, name, value);
    if (kept == persistence::closing) out.append("Connection: close\r\n");
    if (kept == persistence::http10_open) out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
    if (!response.head_only && has_length(response.status)) out.append(response.body);
}

void append_two_digits(std::string& out, unsigned number)
{
    out += static_cast<char>('0' + number / 10 % 10);
    out += static_cast<char>('0' + number % 10);
}

}   // namespace

void append_response(std::string& out, http_response const& response, http_request const& request,
                     std::string_view date)
{
    auto const open = request.version >= 11 ? persistence::http11_open : persistence::http10_open;
    bool const closing = response.close || !request.keep_alive;
    append(out, response, closing ? persistence::closing : open, date);
}

void append_final_response(std::string& out, http_response const& response, std::string_view date)
{
    append(out, response, persistence::closing, date);
}

std::string http_date(std::chrono::sys_seconds time)
{
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{time - day};
    auto const year = static_cast<unsigned>(static_cast<int>(date.year()));

    std::string out;
    out.append(days.substr(std::chrono::weekday{day}.c_encoding() * 3, 3)).append(", ");
    append_two_digits(out, static_cast<unsigned>(date.day()));
    out += ' ';
    out.append(months.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3)).append(1, ' ');
    append_two_digits(out, year / 100);
    append_two_digits(out, year % 100);
    out += ' ';
    append_two_digits(out, static_cast<unsigned>(clock.hours().count()));
    out += ':';
    append_two_digits(out, static_cast<unsigned>(clock.minutes().count()));
    out += ':';
    append_two_digits(out, static_cast<unsigned>(clock.seconds().count()));
    return out.append(" GMT");
}

int http_status(error const& e) noexcept
{
    constexpr int internal_error = 500;
    auto const status = wire::describe(e).http_status;
    return status == 0 ? internal_error : status;
}

http_response make_problem(error const& e)
{
    http_response response;
    response.status = http_status(e);
    response.content_type = "application/problem+json";
    wire::append_problem(response.body, e);
    return response;
}

http_response make_method_not_allowed(std::string_view allow)
{
    auto response = make_problem({make_error_code(errc::method_not_allowed),
                                  "the methods of this resource are " + std::string{allow},
                                  {},
                                  {},
                                  {}});
    response.fields.push_back({"Allow", std::string{allow}});
    return response;
}

http_response make_unsupported_coding()
{
    auto response = make_problem({make_error_code(errc::unsupported_media_type),
                                  "the body has a Content-Encoding; none is undone here",
                                  {},
                                  {},
                                  {}});
    response.fields.push_back({"Accept-Encoding", "identity"});
    return response;
}

http_response make_unsupported_media_type(std::string_view given, std::string_view accept_post)
{
    auto detail = "Content-Type is '" + std::string{given.substr(0, max_quoted_type_bytes)} + "'";
    // What `curl -d` says of whatever it is given.
    if (boost::beast::iequals(given, "application/x-www-form-urlencoded"))
        detail += ", as curl sends with -d; --json, or -H 'Content-Type: application/json', helps";
    detail.append("; the media types read here are ").append(accept_post);
    auto response = make_problem(
        {make_error_code(errc::unsupported_media_type), std::move(detail), {}, {}, {}});
    response.fields.push_back({"Accept-Post", std::string{accept_post}});
    return response;
}

http_response make_retry_later(error const& e, std::chrono::seconds retry_after)
{
    auto response = make_problem(e);
    response.fields.push_back({"Retry-After", std::to_string(retry_after.count())});
    return response;
}

}   // namespace thump::net
