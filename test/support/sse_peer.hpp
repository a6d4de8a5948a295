// A reader of server-sent events that takes nothing on trust.
#pragma once

#include <support/loopback.hpp>
#include <support/peer.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace thump::test {

/// One block of an event stream.
struct sse_record {
    std::string id = {};
    std::string event = {};
    std::string data = {};
    std::string retry = {};
    bool comment = false;

    [[nodiscard]] boost::json::object json() const;
};

/// Takes a whole record off the front of an event stream; nothing: more is needed.
/// @throw std::runtime_error A line is none that the server writes.
[[nodiscard]] std::optional<sse_record> take_record(std::string& stream);

/// Undoes HTTP/1.1's chunked coding, strictly.
class chunk_decoder {
public:
    /// Moves the data of the whole chunks at the front of `bytes` to the end of `data`.
    /// @throw std::runtime_error The coding is broken.
    void decode(std::string& bytes, std::string& data);

    /// Whether the last chunk was there.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

private:
    bool complete_ = false;
};

/// A peer that has asked for an event stream.
class sse_peer : public peer {
public:
    /// @param version 11: in chunks; 10: plain, up to the end of the connection.
    explicit sse_peer(loopback& at, std::string_view query = {}, int version = 11,
                      socket_buffers buffers = {})
        : sse_peer{at.connect(buffers), query, version}
    {
    }
    sse_peer(peer&& connected, std::string_view query, int version = 11);

    /// The next record.
    sse_record next();
    /// The next record if it is there, without waiting.
    std::optional<sse_record> take();

    /// Reads to the end of the response. @return whether it was complete: not just cut.
    bool ends_well();

    boost::json::object welcome;

private:
    bool const chunked_;
    chunk_decoder chunks_;
    std::string stream_;
};

}   // namespace thump::test
