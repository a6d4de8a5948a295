// The resources of the HTTP interface.
#pragma once

#include <net/http_session.hpp>
#include <net/journal.hpp>
#include <net/origin.hpp>
#include <net/refusals.hpp>
#include <net/shard.hpp>
#include <net/target.hpp>

#include <thump/server_options.hpp>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace thump::net {

/// A request whose target has been taken apart.
struct routed_request {
    http_session& session;
    http_request const& http;
    std::string_view path;
    std::vector<query_pair> query;
    std::string_view rest;   ///< of the path, behind the route's prefix
};

/// Answers every request of a broker's server.
class routes final : public request_handler {
public:
    routes(detail::broker_impl& broker, server_options const& options, journal& log,
           refusals const& refused);

    /// Requires: called before the first request.
    /// @param s The shard whose subscribers are listed.
    /// @param on_loopback Whether only this machine can connect. Then a request by a name that
    /// anybody may own comes from a browser that was led here, and is refused.
    void serve(shard& s, bool on_loopback) noexcept
    {
        shard_ = &s;
        on_loopback_ = on_loopback;
    }

    void handle(http_session& session, http_request const& request) override;
    [[nodiscard]] std::string_view date() override;

private:
    struct route;
    static route const table[];
    static route const asset_route;        // of whatever is built in
    static route const subscriber_route;   // its path goes on with an id
    static route const* find_route(std::string_view path) noexcept;

    [[nodiscard]] bool misdirected(routed_request const& r);
    [[nodiscard]] bool has_query(routed_request const& r) const;
    void respond(routed_request const& r, http_response response) const;
    void fail(routed_request const& r, error const& why) const;
    void fail(routed_request const& r, errc code, std::string detail) const;
    void answer_options(routed_request const& r, std::string_view allow) const;

    void page(routed_request const& r);
    void health(routed_request const& r);
    void readiness(routed_request const& r);
    void read_events(routed_request const& r);
    void post_events(routed_request const& r);
    void types(routed_request const& r);
    void stats(routed_request const& r);
    void metrics(routed_request const& r);
    void subscribers(routed_request const& r);
    void disconnect(routed_request const& r);

    void open_websocket(routed_request const& r, wire::stream_request request);
    void open_event_stream(routed_request const& r, wire::stream_request const& request);

    detail::broker_impl& broker_;
    server_options const& options_;
    journal& log_;
    refusals const& refusals_;
    origin_policy const origins_;
    shard* shard_ = nullptr;
    bool on_loopback_ = false;
    std::string trusted_;   // the authority trusted last
    std::time_t date_time_ = 0;
    std::string date_;
};

}   // namespace thump::net
