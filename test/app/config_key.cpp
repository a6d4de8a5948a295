#include <app/config_key.hpp>

#include <app/config_table.hpp>

#include <thump/broker.hpp>
#include <thump/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace thump::app {
namespace {

config_key const& key(std::string_view section, std::string_view name)
{
    auto const* const found = find_key(section, name);
    BOOST_TEST_REQUIRE(found != nullptr);
    return *found;
}

bool takes(config& c, config_key const& k, std::string_view text)
{
    return assign(c, k, boost::json::parse(text));
}

void set_to_end_of_range(config& c, config_key const& k, bool largest)
{
    std::visit(
        [&](auto const& kind) {
            if constexpr (requires { kind.max; }) {
                using value = std::remove_reference_t<decltype(*kind.at(c))>;
                auto const end = largest ? kind.max : kind.min;
                if constexpr (std::is_integral_v<value>)
                    *kind.at(c) = end;
                else
                    *kind.at(c) = std::chrono::duration_cast<value>(end);
            }
        },
        k.kind);
}

void serve_for_a_moment(config const& c)
{
    boost::asio::io_context context;
    broker b{context.get_executor(), c.broker};
    server const s{b, c.server};
}

BOOST_AUTO_TEST_SUITE(config_key)

BOOST_AUTO_TEST_CASE(key_knows_its_names)
{
    auto const& k = key("server", "max_body_bytes");
    BOOST_TEST(path(k) == "server.max_body_bytes");
    BOOST_TEST(variable(k) == "THUMP_SERVER_MAX_BODY_BYTES");
}

BOOST_AUTO_TEST_CASE(every_key_takes_back_its_own_default_and_refuses_null)
{
    std::set<std::string> paths;
    for (auto const& k : config_keys()) {
        config c;
        auto const before = show(c, k);
        BOOST_TEST(assign(c, k, before), path(k) << " refuses its default");
        BOOST_TEST(show(c, k) == before);
        BOOST_TEST(!assign(c, k, boost::json::value{}), path(k) << " takes null");
        BOOST_TEST(paths.insert(path(k)).second, path(k) << " stands twice");
        BOOST_TEST(k.help.ends_with('.'));
    }
}

// What passes `--check-config` must not be refused when the daemon starts.
BOOST_AUTO_TEST_CASE(broker_and_server_take_both_ends_of_every_range)
{
    for (auto const& k : config_keys()) {
        for (bool const largest : {false, true}) {
            config c;
            c.server.listen = "127.0.0.1:0";
            c.server.max_queue = 1'000'000;
            set_to_end_of_range(c, k, largest);
            // The one key whose range depends on another's.
            c.server.subscriber_defaults.queue =
                std::min(c.server.subscriber_defaults.queue, c.server.max_queue);
            BOOST_CHECK_NO_THROW(serve_for_a_moment(c));
        }
    }
}

BOOST_AUTO_TEST_CASE(integer_keeps_its_bounds_and_refuses_other_types)
{
    config c;
    auto const& k = key("broker", "intake_capacity");
    BOOST_TEST(takes(c, k, "1"));
    BOOST_TEST(takes(c, k, "1000000"));
    for (auto const* bad :
         {"0", "1000001", "-1", "1.0", "1e3", "\"5\"", "true", "[5]", "{}", "18446744073709551616"})
        BOOST_TEST(!takes(c, k, bad), bad << " was taken");
    BOOST_TEST(c.broker.intake_capacity == 1'000'000);
    BOOST_TEST(expected(k) == "an integer from 1 to 1000000");
}

BOOST_AUTO_TEST_CASE(duration_needs_a_unit_and_keeps_its_bounds)
{
    config c;
    auto const& k = key("server", "idle_timeout");
    BOOST_TEST(takes(c, k, "\"90s\""));
    for (auto const* bad : {"90", "\"90\"", "\"9ms\"", "\"25h\"", "\"-1s\"", "null"})
        BOOST_TEST(!takes(c, k, bad), bad << " was taken");
    BOOST_TEST((c.server.idle_timeout == std::chrono::seconds{90}));
}

BOOST_AUTO_TEST_CASE(duration_of_whole_seconds_refuses_a_fraction)
{
    config c;
    auto const& k = key("history", "max_age");
    BOOST_TEST(takes(c, k, "\"2000ms\""));
    BOOST_TEST((c.broker.history.max_age == std::chrono::seconds{2}));
    BOOST_TEST(!takes(c, k, "\"1500ms\""));
    BOOST_TEST(!takes(c, k, "\"0s\""));
    BOOST_TEST((c.broker.history.max_age == std::chrono::seconds{2}));
}

BOOST_AUTO_TEST_CASE(listen_address_is_numeric_with_a_port)
{
    config c;
    auto const& k = key("server", "listen");
    for (auto const* good : {"0.0.0.0:80", "127.0.0.1:0", "[::1]:8080", "[::]:65535"})
        BOOST_TEST(assign(c, k, std::string_view{good}), good << " was refused");
    for (auto const* bad : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                            "127.0.0.1:99999", "127.0.0.1:131153", "127.0.0.1:http", "::1:80",
                            "localhost:80", "u@1.2.3.4:5", "127.0.0.1:99999999999", "256.0.0.1:80"})
        BOOST_TEST(!assign(c, k, std::string_view{bad}), bad << " was taken");
    BOOST_TEST(c.server.listen == "[::]:65535");
}

BOOST_AUTO_TEST_CASE(origins_are_scheme_host_and_port)
{
    config c;
    auto const& k = key("server", "allowed_origins");
    BOOST_TEST(takes(c, k, R"(["https://a.example", "http://b.example:8080", "*"])"));
    BOOST_TEST(c.server.allowed_origins.size() == 3);
    for (auto const* bad : {R"("*")", "[1]", R"(["a.example"])", R"(["https://a.example/"])",
                            R"(["https://a.example?x"])", R"(["https://u@a.example"])", R"([""])"})
        BOOST_TEST(!takes(c, k, bad), bad << " was taken");
    BOOST_TEST(c.server.allowed_origins.size() == 3);
}

BOOST_AUTO_TEST_CASE(choice_takes_its_names_only)
{
    config c;
    auto const& k = key("subscribers", "overflow");
    BOOST_TEST(takes(c, k, "\"disconnect\""));
    BOOST_TEST((c.server.subscriber_defaults.overflow == overflow::disconnect));
    for (auto const* bad : {"\"catch-up\"", "\"Latest\"", "\"\"", "0"})
        BOOST_TEST(!takes(c, k, bad), bad << " was taken");
    for (auto const* name : {"drop_newest", "drop_oldest", "latest", "catch_up", "disconnect"}) {
        BOOST_TEST(assign(c, k, std::string_view{name}));
        BOOST_TEST(to_string(c.server.subscriber_defaults.overflow) == name);
    }
}

BOOST_AUTO_TEST_CASE(bare_text_becomes_the_type_that_the_key_has)
{
    config c;
    BOOST_TEST(assign(c, key("subscribers", "max_queue"), std::string_view{"77"}));
    BOOST_TEST(c.server.max_queue == 77);
    BOOST_TEST(!assign(c, key("subscribers", "max_queue"), std::string_view{"77x"}));
    BOOST_TEST(!assign(c, key("subscribers", "max_queue"), std::string_view{""}));
    BOOST_TEST(assign(c, key("broker", "strict_catalog"), std::string_view{"true"}));
    BOOST_TEST(c.broker.strict_catalog);
    BOOST_TEST(!assign(c, key("broker", "strict_catalog"), std::string_view{"1"}));
    BOOST_TEST(assign(c, key("server", "allowed_origins"),
                      std::string_view{"https://a.example,https://b.example"}));
    BOOST_TEST(c.server.allowed_origins.size() == 2);
    BOOST_TEST(assign(c, key("server", "allowed_origins"), std::string_view{""}));
    BOOST_TEST(c.server.allowed_origins.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace
}   // namespace thump::app
