#include <net/http_grammar.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/verb.hpp>

#include <limits>
#include <utility>

namespace thump::net {
namespace {

namespace http = boost::beast::http;

http_method to_method(http::verb verb) noexcept
{
    switch (verb) {
    case http::verb::get:
        return http_method::get;
    case http::verb::head:
        return http_method::head;
    case http::verb::post:
        return http_method::post;
    case http::verb::put:
        return http_method::put;
    case http::verb::delete_:
        return http_method::delete_;
    case http::verb::options:
        return http_method::options;
    case http::verb::patch:
        return http_method::patch;
    case http::verb::trace:
        return http_method::trace;
    case http::verb::connect:
        return http_method::connect;
    default:
        return http_method::other;
    }
}

}   // namespace

http_grammar::http_grammar(http_request& request, std::string& body, std::size_t max_body_bytes)
    : request_{request}, body_{body}, max_body_bytes_{max_body_bytes}
{
    // Beast's own limits hold per call, not per message; the bounds are kept here and in
    // http_parser.
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
}

void http_grammar::refuse(error_code& ec, errc code, std::string detail)
{
    ec = make_error_code(code);
    detail_ = std::move(detail);
}

void http_grammar::on_request_impl(http::verb verb, text method, text target, int version,
                                   error_code& ec)
{
    request_.method = to_method(verb);
    request_.method_text = method;
    request_.target = target;
    request_.version = version;
    if (target.size() > max_http_target_bytes)
        return refuse(ec, errc::header_too_large, "the request target is longer than 8 KiB");
    auto const parts = split_target(target);
    if (!parts) return refuse(ec, errc::bad_request, parts.error().detail);
    if (parts->path == "*" && verb != http::verb::options)
        return refuse(ec, errc::bad_request, "the request target '*' is for OPTIONS only");
    request_.parts = *parts;
    request_.authority = parts->authority.value_or(std::string_view{});
}

void http_grammar::on_field_impl(http::field known, text name, text value, error_code& ec)
{
    // Trailer fields come after the head. Nothing here needs any, and merging them would let a
    // sender change the head afterwards (RFC 9110 section 6.5.1).
    if (is_header_done()) return;
    if (request_.fields.size() == max_http_fields)
        return refuse(ec, errc::header_too_large, "the request has more than 100 fields");
    request_.fields.push_back({name, value});
    if (known == http::field::host) hosts_.add(value);
    if (known == http::field::content_length) lengths_.add(value);
    if (known == http::field::transfer_encoding) codings_.add(value);
}

void http_grammar::on_header_impl(error_code& ec)
{
    request_.keep_alive = keep_alive();
    check_transfer_encoding(ec);
    if (!ec) check_content_length(ec);
    if (!ec) check_host(ec);
}

void http_grammar::check_transfer_encoding(error_code& ec)
{
    if (codings_.count == 0) return;
    if (request_.version < 11)
        return refuse(ec, errc::bad_request, "HTTP/1.0 has no Transfer-Encoding");
    if (lengths_.count > 0)
        return refuse(ec, errc::bad_request,
                      "the request has both Transfer-Encoding and Content-Length");
    if (codings_.count > 1 || !boost::beast::iequals(codings_.first, "chunked"))
        return refuse(ec, errc::unsupported_transfer_coding,
                      "the transfer coding is something other than one 'chunked'");
}

void http_grammar::check_content_length(error_code& ec)
{
    if (lengths_.count == 0) return;
    if (lengths_.count > 1 || lengths_.first.find(',') != text::npos)
        return refuse(ec, errc::bad_request, "Content-Length stands more than once");
    if (content_length().value_or(0) > max_body_bytes_)
        return refuse(ec, errc::body_too_large,
                      "the body is longer than " + std::to_string(max_body_bytes_) + " bytes");
}

void http_grammar::check_host(error_code& ec)
{
    if (hosts_.count > 1)
        return refuse(ec, errc::bad_request, "the request has more than one Host");
    if (hosts_.count == 0) {
        if (request_.version >= 11) refuse(ec, errc::bad_request, "the request has no Host");
        return;
    }
    if (!is_valid_host(hosts_.first)) return refuse(ec, errc::bad_request, "the Host is invalid");
    // An absolute-form target outranks Host (RFC 9112 section 3.2.2).
    if (request_.authority.empty()) request_.authority = hosts_.first;
}

std::size_t http_grammar::on_body_impl(text piece, error_code&)
{
    body_.append(piece.data(), piece.size());
    return piece.size();
}

void http_grammar::on_chunk_header_impl(std::uint64_t size, text, error_code& ec)
{
    if (size > max_body_bytes_ - body_.size())
        return refuse(ec, errc::body_too_large,
                      "the body is longer than " + std::to_string(max_body_bytes_) + " bytes");
    chunk_remaining_ = size;
}

std::size_t http_grammar::on_chunk_body_impl(std::uint64_t, text piece, error_code& ec)
{
    chunk_remaining_ -= piece.size();
    return on_body_impl(piece, ec);
}

}   // namespace thump::net
