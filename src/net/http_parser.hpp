// Turns bytes into HTTP/1 requests; knows no socket and no clock. The grammar is http_grammar's.
#pragma once

#include <net/http_grammar.hpp>
#include <net/http_request.hpp>
#include <thump/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace thump::net {

/// Bounds on what one request may take.
struct http_limits {
    std::size_t max_header_bytes = std::size_t{16} << 10;   ///< head with request-line and CRLFs
    std::size_t max_body_bytes = std::size_t{1} << 20;      ///< body, chunks joined
};

/// A parser for one connection: request after request, however the bytes are split.
///
/// The result never depends on the splitting: lines are put together before their grammar is
/// looked at, and the bounds count bytes of the message.
class http_parser {
public:
    enum class status {
        need_more,         ///< between requests, or inside one
        expect_continue,   ///< as `need_more`, and the peer waits for `100 Continue` before it
                           ///< sends the body; ends with the next byte
        complete,          ///< `request` is there; `next` goes on
        failed,            ///< `failure` says why; the connection can only be closed
    };

    explicit http_parser(http_limits limits) noexcept;
    http_parser(http_parser const&) = delete;
    http_parser& operator=(http_parser const&) = delete;

    /// Takes bytes up to the end of the request, and keeps what it needs of them.
    /// @return how many were taken: all of them, unless the request is complete or has failed. What
    /// is left belongs to the following request, or to the protocol upgraded to.
    std::size_t feed(std::string_view bytes);

    /// Tells that no more bytes will come. A request begun becomes `failed`; between requests
    /// nothing changes.
    void end_of_input();

    /// Forgets a complete request. Keeps small buffers for the following one, frees big ones.
    void next();

    [[nodiscard]] status state() const noexcept { return state_; }

    /// The request. Requires: `complete`, or `head_complete` for everything but the body. The views
    /// live until `next`.
    [[nodiscard]] http_request const& request() const noexcept { return request_; }

    /// Why parsing failed; `describe` has the status to answer with. Requires: `failed`.
    [[nodiscard]] error const& failure() const noexcept { return failure_; }

    /// Whether any byte of a request has arrived.
    [[nodiscard]] bool started() const noexcept
    {
        return !head_.empty() || state_ == status::failed;
    }

    /// Whether the head has arrived and its grammar holds.
    [[nodiscard]] bool head_complete() const noexcept { return head_complete_; }

private:
    std::size_t feed_head(std::string_view bytes);
    std::size_t feed_chunk_line(std::string_view bytes);
    std::size_t take_line(std::string& into, std::size_t limit, std::string_view bytes);
    void finish_head();
    std::size_t put(std::string_view bytes);
    void fail(boost::system::error_code reason);
    void fail(errc code, std::string detail);

    http_limits limits_;
    status state_ = status::need_more;
    bool blank_line_skipped_ = false;
    bool head_complete_ = false;
    // Where the unfinished line begins in head_ or chunk_lines_, whichever is being filled.
    std::size_t line_start_ = 0;
    std::size_t chunk_excess_bytes_ = 0;
    std::string head_;          // the request's views are of this one: it only grows before the end
    std::string chunk_lines_;   // lines between two chunks' data, until Beast takes them
    std::string body_;
    http_request request_;
    std::optional<http_grammar> grammar_;   // Beast's parser serves one message
    error failure_;
};

}   // namespace thump::net
