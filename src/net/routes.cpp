#include <net/routes.hpp>

#include <net/asset_page.hpp>
#include <net/assets.hpp>
#include <net/connection.hpp>
#include <net/figures.hpp>
#include <net/metrics.hpp>
#include <net/posted_events.hpp>
#include <net/publish_report.hpp>
#include <wire/problem_json.hpp>

#include <thump/catalog.hpp>

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace thump::net {
namespace {

constexpr std::string_view subscriber_prefix = "/v1/subscribers/";
constexpr std::string_view json_type = "application/json";
constexpr std::chrono::seconds retry_after{1};

http_response json_response(std::string body, int status = 200)
{
    http_response response;
    response.status = status;
    response.content_type = json_type;
    response.body = std::move(body);
    return response;
}

}   // namespace

struct routes::route {
    std::string_view path;
    std::string_view allow;
    void (routes::*get)(routed_request const&);
    void (routes::*post)(routed_request const&);
    void (routes::*remove)(routed_request const&) = nullptr;
};

routes::route const routes::table[] = {
    {"/healthz", "GET, HEAD, OPTIONS", &routes::health, nullptr},
    {"/metrics", "GET, HEAD, OPTIONS", &routes::metrics, nullptr},
    {"/readyz", "GET, HEAD, OPTIONS", &routes::readiness, nullptr},
    {"/v1/events", "GET, HEAD, POST, OPTIONS", &routes::read_events, &routes::post_events},
    {"/v1/types", "GET, HEAD, OPTIONS", &routes::types, nullptr},
    {"/v1/stats", "GET, HEAD, OPTIONS", &routes::stats, nullptr},
    {"/v1/subscribers", "GET, HEAD, OPTIONS", &routes::subscribers, nullptr},
};

routes::route const routes::asset_route{{}, "GET, HEAD, OPTIONS", &routes::page, nullptr};

routes::route const routes::subscriber_route{
    {}, "DELETE, OPTIONS", nullptr, nullptr, &routes::disconnect};

routes::route const* routes::find_route(std::string_view path) noexcept
{
    auto const found = std::ranges::find(table, path, &route::path);
    if (found != std::end(table)) return found;
    return find_asset(path) ? &asset_route : nullptr;
}

routes::routes(detail::broker_impl& broker, server_options const& options, journal& log,
               refusals const& refused)
    : broker_{broker}
    , options_{options}
    , log_{log}
    , refusals_{refused}
    , origins_{options.allowed_origins}
{
}

std::string_view routes::date()
{
    auto const now = std::time(nullptr);
    if (now != date_time_) {
        date_time_ = now;
        date_ = http_date(std::chrono::sys_seconds{std::chrono::seconds{now}});
    }
    return date_;
}

// ---------------------------------------------------------------- dispatch

void routes::handle(http_session& session, http_request const& request)
{
    routed_request r{session, request, {}, {}, {}};
    std::string storage;
    auto const path = normalize_path(request.parts.path, storage);
    if (!path) return fail(r, path.error());
    r.path = *path;

    if (misdirected(r))
        return fail(r, errc::origin_not_allowed,
                    "this server does not go by the name '" + std::string{request.authority} +
                        "'; see 'allowed_origins'");
    if (request.method == http_method::options && r.path == "*")
        return answer_options(r, "GET, HEAD, POST, OPTIONS");
    auto const* found = find_route(r.path);
    if (!found && r.path.starts_with(subscriber_prefix)) {
        r.rest = r.path.substr(subscriber_prefix.size());
        found = &subscriber_route;
    }
    if (!found) return fail(r, errc::not_found, "there is nothing at this path");
    if (request.method == http_method::options) return answer_options(r, found->allow);

    bool const reads = request.method == http_method::get || request.method == http_method::head;
    auto const act = reads                                    ? found->get
                     : request.method == http_method::post    ? found->post
                     : request.method == http_method::delete_ ? found->remove
                                                              : nullptr;
    if (!act) {
        if (request.method == http_method::other)
            return fail(r, errc::not_implemented, "the method is not known here");
        return respond(r, make_method_not_allowed(found->allow));
    }
    if (!reads && !origins_.allows(request))
        return fail(r, errc::origin_not_allowed,
                    "pages of this origin may change nothing; see 'allowed_origins'");
    if (auto const text = request.parts.query) {
        auto query = parse_query(*text);
        if (!query) return fail(r, query.error());
        r.query = std::move(*query);
    }
    (this->*act)(r);
}

// Those who look whether the server is well may call it as they like.
bool routes::misdirected(routed_request const& r)
{
    if (!on_loopback_ || r.path == "/healthz" || r.path == "/readyz") return false;
    // Nearly all ask by the same name.
    if (r.http.authority == trusted_) return false;
    if (!origins_.trusts_host(r.http.authority)) return true;
    trusted_ = r.http.authority;
    return false;
}

void routes::respond(routed_request const& r, http_response response) const
{
    auto const cors = origins_.answer(r.http);
    if (!cors.allow_origin.empty())
        response.fields.push_back({"Access-Control-Allow-Origin", std::string{cors.allow_origin}});
    if (cors.vary) response.fields.push_back({"Vary", "Origin"});
    r.session.respond(std::move(response), r.http);
}

void routes::fail(routed_request const& r, errc code, std::string detail) const
{
    fail(r, {make_error_code(code), std::move(detail), {}, {}, {}});
}

void routes::fail(routed_request const& r, error const& why) const
{
    bool const passes = wire::describe(why).http_status == 503;
    respond(r, passes ? make_retry_later(why, retry_after) : make_problem(why));
}

void routes::answer_options(routed_request const& r, std::string_view allow) const
{
    http_response response;
    response.status = 204;
    response.fields.push_back({"Allow", std::string{allow}});
    if (r.http.field("Access-Control-Request-Method") && origins_.allows(r.http)) {
        response.fields.push_back({"Access-Control-Allow-Methods", std::string{allow}});
        // Attributes of CloudEvents are headers of any name.
        auto const asked = r.http.field("Access-Control-Request-Headers");
        response.fields.push_back({"Access-Control-Allow-Headers",
                                   std::string{asked.value_or("Content-Type, Last-Event-ID")}});
        response.fields.push_back({"Access-Control-Max-Age", "600"});
    }
    respond(r, std::move(response));
}

// Where a resource has no parameters: whether there was one, which was answered.
bool routes::has_query(routed_request const& r) const
{
    if (r.query.empty()) return false;
    fail(r, errc::unknown_parameter, "unknown parameter '" + r.query.front().name + "'");
    return true;
}

// ---------------------------------------------------------------- the page, probes, figures

void routes::page(routed_request const& r)
{
    respond(r, make_asset_page(*find_asset(r.path), r.http));
}

void routes::health(routed_request const& r)
{
    respond(r, json_response(R"({"status":"alive"})"));
}

void routes::readiness(routed_request const& r)
{
    if (shard_->draining() || broker_.stopped())
        return fail(r, errc::going_away, "the server is draining");
    respond(r, json_response(R"({"status":"ready"})"));
}

void routes::types(routed_request const& r)
{
    if (has_query(r)) return;
    std::string body;
    append_catalog(body, broker_.options().strict_catalog);
    respond(r, json_response(std::move(body)));
}

void routes::stats(routed_request const& r)
{
    if (has_query(r)) return;
    std::string body;
    append_stats(body, broker_.stats(), shard_->connection_count());
    respond(r, json_response(std::move(body)));
}

void routes::metrics(routed_request const& r)
{
    respond(r, make_metrics(r.http.field("Accept").value_or("*/*"), broker_, *shard_, refusals_,
                            options_.max_connections));
}

void routes::subscribers(routed_request const& r)
{
    auto order = subscriber_order::id;
    for (auto const& [name, value] : r.query) {
        if (name != "sort")
            return fail(r, errc::unknown_parameter, "unknown parameter '" + name + "'");
        auto const known = parse_subscriber_order(value);
        if (!known)
            return fail(r, errc::invalid_parameter,
                        "parameter 'sort' is '" + value +
                            "'; expected 'id', 'lag', "
                            "'dropped' or 'connected_at'");
        order = *known;
    }
    std::string body;
    append_subscribers(body, list_subscribers(*shard_, broker_), order);
    respond(r, json_response(std::move(body)));
}

void routes::disconnect(routed_request const& r)
{
    std::uint64_t id = 0;
    auto const* const end = r.rest.data() + r.rest.size();
    auto const [at, ec] = std::from_chars(r.rest.data(), end, id);
    bool const known = ec == std::errc{} && at == end &&
                       (shard_->close_subscriber(id) || broker_.close_subscriber(id));
    if (!known)
        return fail(r, errc::not_found, "there is no subscriber of this id that has not ended");
    log_.write(log_level::info, "subscriber " + std::to_string(id) + " closed by an operator at " +
                                    r.session.connection().remote());
    http_response response;
    response.status = 204;
    respond(r, std::move(response));
}

// ---------------------------------------------------------------- publishing

void routes::post_events(routed_request const& r)
{
    bool full_receipt = false;
    for (auto const& [name, value] : r.query) {
        if (name != "receipt")
            return fail(r, errc::unknown_parameter, "unknown parameter '" + name + "'");
        if (value != "full")
            return fail(r, errc::invalid_parameter,
                        "parameter 'receipt' is '" + value + "'; expected 'full'");
        full_receipt = true;
    }
    if (auto const coding = r.http.field("Content-Encoding");
        coding && !boost::beast::iequals(*coding, "identity"))
        return respond(r, make_unsupported_coding());
    auto events = read_posted_events(r.http, broker_.rules());
    if (!events && events.error().code == errc::unsupported_media_type)
        return respond(
            r, make_unsupported_media_type(r.http.field("Content-Type").value_or(""), accept_post));
    if (!events) return fail(r, events.error());

    std::vector<detail::delivery_counts> counts(full_receipt ? events->size() : 0);
    publish_report report{broker_.epoch(), events->size()};
    for (std::size_t i = 0; i < events->size(); ++i) {
        receipt given;
        auto* const counted = full_receipt ? &counts[i] : nullptr;
        auto const ec = broker_.publish_on_strand(std::move((*events)[i]), &given, counted);
        report.add(ec, given, counted);
    }
    if (report.accepted() == 0 && !events->empty())
        return respond(r, make_retry_later({report.why(), {}, {}, {}, {}}, retry_after));
    respond(r, json_response(report.text(), 202));
}

}   // namespace thump::net
