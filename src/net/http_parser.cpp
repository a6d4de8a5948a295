#include <net/http_parser.hpp>

#include <wire/ascii.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace thump::net {
namespace {

namespace http = boost::beast::http;

// Lines between two chunks' data; at the end this bounds the trailer section.
constexpr std::size_t max_chunk_line_bytes = 8192;
// CRLF, as many digits as 64 bits have, CRLF: what a chunk costs without extensions.
constexpr std::size_t plain_chunk_line_bytes = 2 + 16 + 2;
// Beyond that, all chunks of a message together.
constexpr std::size_t max_chunk_excess_bytes = 4096;
// Buffers above this size are not kept for the next request.
constexpr std::size_t max_kept_bytes = std::size_t{16} << 10;

void recycle(std::string& buffer)
{
    buffer.clear();
    if (buffer.capacity() > max_kept_bytes) buffer.shrink_to_fit();
}

// Whether the request-line ends in a version that is well-formed, and is none spoken here.
bool names_other_version(std::string_view head) noexcept
{
    constexpr std::string_view form = " HTTP/1.1";
    auto const line = head.substr(0, head.find("\r\n"));
    if (line.size() < form.size()) return false;
    auto const tail = line.substr(line.size() - form.size());
    return tail.starts_with(" HTTP/") && wire::is_digit(tail[6]) && tail[7] == '.' &&
           wire::is_digit(tail[8]) && tail != " HTTP/1.1" && tail != " HTTP/1.0";
}

std::string_view sentence(boost::system::error_code reason) noexcept
{
    switch (static_cast<http::error>(reason.value())) {
    case http::error::bad_method:
        return "the method is not a token followed by one space";
    case http::error::bad_target:
        return "the request target is empty, or has a control character";
    case http::error::bad_version:
        return "the request line does not end in an HTTP version";
    case http::error::bad_field:
        return "a field name is not a token followed by ':'";
    case http::error::bad_value:
        return "a field value is malformed, or has a control character";
    case http::error::bad_line_ending:
        return "a carriage return stands without a line feed";
    case http::error::bad_content_length:
        return "Content-Length is not one decimal number, or stands beside Transfer-Encoding";
    case http::error::multiple_content_length:
        return "Content-Length stands more than once";
    case http::error::bad_transfer_encoding:
        return "the request has Transfer-Encoding twice, or with Content-Length";
    case http::error::bad_chunk:
    case http::error::bad_chunk_extension:
        return "a chunk is malformed";
    default:
        return "the request breaks the grammar of HTTP";
    }
}

}   // namespace

http_parser::http_parser(http_limits limits) noexcept : limits_{limits} {}

std::size_t http_parser::feed(std::string_view bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && state_ != status::complete && state_ != status::failed) {
        state_ = status::need_more;
        auto const rest = bytes.substr(used);
        if (!head_complete_)
            used += feed_head(rest);
        else if (grammar_->in_body_data())
            used += put(rest);
        else
            used += feed_chunk_line(rest);
    }
    return used;
}

// Takes bytes up to the next line feed. Every check here depends on a byte's place alone, never on
// how the bytes were split.
std::size_t http_parser::take_line(std::string& into, std::size_t limit, std::string_view bytes)
{
    if (into.size() == line_start_ && (bytes.front() == ' ' || bytes.front() == '\t')) {
        fail(errc::bad_request, "a line begins with white space");
        return 0;
    }
    auto const feed_at = bytes.find('\n');
    auto const piece = bytes.substr(0, feed_at == std::string_view::npos ? feed_at : feed_at + 1);
    if (piece.size() > limit - into.size()) {
        fail(errc::header_too_large,
             "the head or trailer is longer than " + std::to_string(limit) + " bytes");
        return 0;
    }
    into += piece;
    bool const ended = feed_at != std::string_view::npos;
    if (ended && (into.size() < line_start_ + 2 || into[into.size() - 2] != '\r'))
        fail(errc::bad_request, "a line feed stands without a carriage return");
    return piece.size();
}

std::size_t http_parser::feed_head(std::string_view bytes)
{
    // Other protocols (TLS, say) are told from the first byte instead of at the timeout.
    if (head_.empty() && bytes.front() != '\r' && (bytes.front() <= ' ' || bytes.front() > '~')) {
        fail(errc::bad_request, "the first byte is not that of a method");
        return 0;
    }
    auto const used = take_line(head_, limits_.max_header_bytes, bytes);
    if (state_ == status::failed || head_.back() != '\n') return used;

    auto const start = std::exchange(line_start_, head_.size());
    if (head_.size() - start > 2) return used;
    if (start > 0) {
        finish_head();
    } else if (!std::exchange(blank_line_skipped_, true)) {
        // Some clients end a body with a CRLF too many (RFC 9112 section 2.2).
        head_.clear();
        line_start_ = 0;
    } else {
        fail(errc::bad_request, "empty lines stand before the request line");
    }
    return used;
}

void http_parser::finish_head()
{
    line_start_ = 0;
    grammar_.emplace(request_, body_, limits_.max_body_bytes);
    put(head_);
    if (state_ == status::failed) return;
    // Beast asks for more where the version is shorter than any.
    if (!grammar_->is_header_done())
        return fail(errc::bad_request, "the request line does not end in an HTTP version");
    head_complete_ = true;
    if (state_ == status::need_more && request_.version >= 11 &&
        request_.lists("Expect", "100-continue"))
        state_ = status::expect_continue;
}

std::size_t http_parser::feed_chunk_line(std::string_view bytes)
{
    auto const used = take_line(chunk_lines_, max_chunk_line_bytes, bytes);
    if (state_ == status::failed || chunk_lines_.back() != '\n') return used;
    line_start_ = chunk_lines_.size();
    // Beast takes the CRLF after a chunk's data with the line that follows, and the trailer section
    // as a whole; until these are there it takes nothing.
    auto const parsed = put(chunk_lines_);
    if (parsed == 0 || state_ == status::failed) return used;
    if (parsed > plain_chunk_line_bytes) chunk_excess_bytes_ += parsed - plain_chunk_line_bytes;
    if (state_ == status::need_more && chunk_excess_bytes_ > max_chunk_excess_bytes)
        fail(errc::bad_request, "the chunk extensions are longer than 4 KiB in total");
    chunk_lines_.clear();
    line_start_ = 0;
    return used;
}

std::size_t http_parser::put(std::string_view bytes)
{
    boost::system::error_code reason;
    auto const used = grammar_->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, reason);
    if (reason && reason != http::error::need_more) {
        fail(reason);
    } else if (grammar_->is_done()) {
        request_.body = body_;
        state_ = status::complete;
    }
    return used;
}

void http_parser::end_of_input()
{
    if (started() && state_ != status::complete && state_ != status::failed)
        fail(errc::bad_request, "the connection ended inside the request");
}

void http_parser::next()
{
    if (state_ != status::complete) return;
    auto fields = std::move(request_.fields);
    fields.clear();
    request_ = {};
    request_.fields = std::move(fields);
    grammar_.reset();
    recycle(head_);
    recycle(body_);
    recycle(chunk_lines_);
    line_start_ = 0;
    chunk_excess_bytes_ = 0;
    blank_line_skipped_ = false;
    head_complete_ = false;
    state_ = status::need_more;
}

void http_parser::fail(boost::system::error_code reason)
{
    if (reason.category() == category())
        fail(static_cast<errc>(reason.value()), grammar_->detail());
    else if (reason == http::error::bad_version && names_other_version(head_))
        fail(errc::unsupported_version, "the request line names another version of HTTP");
    else
        fail(errc::bad_request, std::string{sentence(reason)});
}

void http_parser::fail(errc code, std::string detail)
{
    failure_.code = make_error_code(code);
    failure_.detail = std::move(detail);
    state_ = status::failed;
}

}   // namespace thump::net
