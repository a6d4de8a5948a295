// The grammar of an HTTP/1 request: Beast's parser, and what it lets through that must not pass.
//
//     message        = request-line *( field-line CRLF ) CRLF [ body ]      (RFC 9112 section 2.1)
//     request-line   = method SP request-target SP HTTP-version CRLF
//     field-line     = field-name ":" OWS field-value OWS
//     chunked-body   = *chunk last-chunk *( field-line CRLF ) CRLF          (RFC 9112 section 7.1)
//     chunk          = 1*HEXDIG [ chunk-ext ] CRLF chunk-data CRLF
//     last-chunk     = 1*"0" [ chunk-ext ] CRLF
//
// Stricter than Beast, against request smuggling (RFC 9112 sections 3.2, 6.1 and 6.3):
//   - the only Transfer-Encoding is one `chunked`, in HTTP/1.1, without Content-Length;
//   - Content-Length is one number, sent once;
//   - an HTTP/1.1 request has exactly one Host, an HTTP/1.0 request at most one, and it is valid;
//   - the request-target has one of the forms of target.hpp.
#pragma once

#include <net/http_request.hpp>
#include <thump/errc.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace thump::net {

/// Fields that a head may have.
inline constexpr std::size_t max_http_fields = 100;
/// Longest request-target.
inline constexpr std::size_t max_http_target_bytes = 8192;

/// Beast's parser for one request. Writes into the request and body that it is given; the request's
/// views are of the bytes passed to `put`, which must hold the whole head at once.
class http_grammar final : public boost::beast::http::basic_parser<true> {
public:
    http_grammar(http_request& request, std::string& body, std::size_t max_body_bytes);

    /// Whether what comes next is body, as opposed to the line before or after a chunk.
    /// Requires: the head is done, the message is not.
    [[nodiscard]] bool in_body_data() const { return !chunked() || chunk_remaining_ > 0; }

    /// What was wrong, where an error of `thump::category()` ended the parsing.
    [[nodiscard]] std::string const& detail() const noexcept { return detail_; }

private:
    using error_code = boost::system::error_code;
    using text = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb verb, text method, text target, int version,
                         error_code& ec) override;
    void on_field_impl(boost::beast::http::field known, text name, text value,
                       error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(text piece, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t size, text extensions, error_code& ec) override;
    std::size_t on_chunk_body_impl(std::uint64_t, text piece, error_code& ec) override;
    void on_finish_impl(error_code&) override {}
    // Only of responses.
    void on_response_impl(int, text, int, error_code&) override {}

    // Lines of the head that have one name.
    struct occurrences {
        std::size_t count = 0;
        text first = {};

        void add(text value) noexcept
        {
            if (count++ == 0) first = value;
        }
    };

    void refuse(error_code& ec, errc code, std::string detail);
    void check_transfer_encoding(error_code& ec);
    void check_content_length(error_code& ec);
    void check_host(error_code& ec);

    http_request& request_;
    std::string& body_;
    std::size_t max_body_bytes_;
    occurrences hosts_;
    occurrences lengths_;
    occurrences codings_;
    std::uint64_t chunk_remaining_ = 0;
    std::string detail_;
};

}   // namespace thump::net
