#include <app/config_load.hpp>

#include <app/config_file.hpp>
#include <app/config_key.hpp>
#include <app/config_table.hpp>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

namespace thump::app {
namespace {

std::string complaint(std::function<void(config&)> const& load)
{
    config c;
    try {
        load(c);
    } catch (config_error const& e) {
        return e.what();
    }
    return "none";
}

std::string complaint(std::string_view text)
{
    return complaint([&](config& c) { apply_text(c, text, "f.json"); });
}

BOOST_AUTO_TEST_SUITE(config_load)

BOOST_AUTO_TEST_CASE(file_sets_what_it_names_and_nothing_else)
{
    config c;
    apply_text(c,
               R"({ // a comment
                    "server": {"listen": "0.0.0.0:9000", "header_timeout": "2s"},
                    "broker": {"max_json_depth": 16},
                    "log": {"format": "json", "level": "debug"} })",
               "f.json");
    BOOST_TEST(c.server.listen == "0.0.0.0:9000");
    BOOST_TEST((c.server.header_timeout == std::chrono::seconds{2}));
    BOOST_TEST(c.broker.limits.max_json_depth == 16);
    BOOST_TEST((c.log.format == log_format::json));
    BOOST_TEST((c.log.level == log_level::debug));
    BOOST_TEST(c.server.max_body_bytes == config{}.server.max_body_bytes);
}

BOOST_AUTO_TEST_CASE(empty_object_leaves_the_defaults)
{
    config c;
    apply_text(c, "{}", "f.json");
    BOOST_TEST(to_text(c) == to_text({}));
}

BOOST_AUTO_TEST_CASE(unknown_key_is_refused_with_file_line_and_key)
{
    BOOST_TEST(complaint("{\n\"server\": {\n\"max_bdy_bytes\": 5}}") ==
               "f.json:3: key 'server.max_bdy_bytes': no such key; 'thumpd --print-config' shows "
               "every one");
    BOOST_TEST(complaint("{\n\"sever\": {}}") ==
               "f.json:2: key 'sever': no such section; 'thumpd --print-config' shows every one");
    BOOST_TEST(complaint("{\n\"server\": {},\n\"listen\": \"1.2.3.4:5\"}")
                   .starts_with("f.json:3: key 'listen': no such section"));
}

BOOST_AUTO_TEST_CASE(wrong_type_is_refused_with_file_line_and_key)
{
    BOOST_TEST(
        complaint("{\n\"broker\":\n{ \"intake_capacity\":\n\"many\"}}") ==
        "f.json:3: key 'broker.intake_capacity': expected an integer from 1 to 1000000, found "
        "\"many\"");
    BOOST_TEST(complaint("{\"broker\": 5}") ==
               "f.json:1: key 'broker': expected an object, found 5");
    BOOST_TEST(complaint("{\"log\": {\"level\": {\"level\": 1}}}")
                   .starts_with("f.json:1: key 'log.level': expected one of debug, info,"));
}

BOOST_AUTO_TEST_CASE(value_out_of_range_is_refused_with_file_line_and_key)
{
    BOOST_TEST(
        complaint("{\"broker\": {\n\n\"intake_capacity\": 1000001}}") ==
        "f.json:3: key 'broker.intake_capacity': expected an integer from 1 to 1000000, found "
        "1000001");
}

BOOST_AUTO_TEST_CASE(message_stays_on_one_short_line)
{
    auto const text = "{\"server\": {\"listen\": \"" + std::string(100'000, 'a') + "\\n\"}}";
    auto const said = complaint(text);
    BOOST_TEST(said.size() < 300);
    BOOST_TEST(said.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_read_is_named)
{
    BOOST_TEST(complaint([](config& c) { apply_file(c, "/nowhere/at/all.json"); }) ==
               "/nowhere/at/all.json: cannot be read: No such file or directory");
    BOOST_TEST(complaint([](config& c) { apply_file(c, "/"); }) ==
               "/: cannot be read: Is a directory");
}

BOOST_AUTO_TEST_CASE(environment_overrides_the_file)
{
    config c;
    apply_text(c, R"({"log": {"level": "error"}, "server": {"idle_timeout": "1s"}})", "f.json");
    auto const unknown = apply_environment(c, {{"THUMP_LOG_LEVEL", "debug"},
                                               {"THUMP_LISTEN", "127.0.0.1:1"},
                                               {"THUMP_BROKER_STRICT_CATALOG", "true"}});
    BOOST_TEST(unknown.empty());
    BOOST_TEST((c.log.level == log_level::debug));
    BOOST_TEST(c.server.listen == "127.0.0.1:1");
    BOOST_TEST(c.broker.strict_catalog);
    BOOST_TEST((c.server.idle_timeout == std::chrono::seconds{1}));
}

BOOST_AUTO_TEST_CASE(every_key_has_a_variable)
{
    for (auto const& key : config_keys()) {
        config c;
        auto const said = complaint([&](config& changed) {
            apply_environment(changed, {{variable(key), "\x01"}});
        });
        BOOST_TEST(said.starts_with("environment variable " + variable(key) + ": expected "), said);
    }
}

BOOST_AUTO_TEST_CASE(mistyped_variable_is_reported_and_a_strangers_is_not)
{
    config c;
    auto const unknown = apply_environment(
        c, {{"THUMP_SERVER_LISTN", "x"}, {"THUMP_URL", "http://localhost"}, {"PATH", "/bin"}});
    BOOST_TEST(unknown == std::vector<std::string>{"THUMP_SERVER_LISTN"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(flag_overrides_the_environment)
{
    config c;
    apply_environment(c, {{"THUMP_LISTEN", "127.0.0.1:1"}});
    apply_listen_flag(c, "127.0.0.1:2");
    BOOST_TEST(c.server.listen == "127.0.0.1:2");
    BOOST_TEST(complaint([](config& other) {
                   apply_listen_flag(other, "here");
               }).starts_with("--listen: expected a numeric address and a port"));
}

BOOST_AUTO_TEST_CASE(default_queue_above_the_largest_queue_is_refused)
{
    BOOST_TEST(complaint([](config& c) {
                   auto const places = apply_text(
                       c, "{\n\"subscribers\": {\"max_queue\": 8,\n\"queue\": 9}}", "f.json");
                   check_together(c, places);
               })
                   .starts_with(
                       "f.json:3: key 'subscribers.queue': expected at most subscribers.max_queue "
                       "(8)"));
    BOOST_TEST(complaint([](config& c) {
                   auto const places =
                       apply_text(c, "{\"subscribers\": {\"max_queue\": 49}}", "f.json");
                   check_together(c, places);
               }).starts_with("f.json:1: key 'subscribers.queue': expected at most"));
}

BOOST_AUTO_TEST_CASE(catching_up_by_default_without_history_is_refused)
{
    BOOST_TEST(complaint([](config& c) {
                   apply_text(c,
                              R"({"subscribers": {"overflow": "catch_up"},
                                  "history": {"max_events": 0}})",
                              "f.json");
                   check_together(c);
               }).starts_with("key 'subscribers.overflow': catch_up needs history"));
}

BOOST_AUTO_TEST_CASE(printed_configuration_is_read_again)
{
    config c;
    apply_text(c,
               R"({"server": {"allowed_origins": ["*", "http://a.example"], "drain_timeout": "0s"},
                   "subscribers": {"overflow": "latest"}, "broker": {"default_source": "/a%22b"}})",
               "f.json");
    config again;
    apply_text(again, to_text(c), "printed");
    BOOST_TEST(to_text(again) == to_text(c));
    BOOST_TEST(to_text(again) != to_text({}));
}

// conf/thumpd.json is for people to copy from; this keeps it true.
BOOST_AUTO_TEST_CASE(shipped_file_shows_every_key_with_its_default_and_a_comment)
{
    std::ifstream in{THUMP_DEFAULT_CONFIG};
    std::string const shipped{std::istreambuf_iterator<char>{in}, {}};
    auto const body = shipped.substr(std::min(shipped.find("{\n"), shipped.size()));
    BOOST_TEST(body == to_text({}, comments::yes));
    config c;
    apply_text(c, shipped, "thumpd.json");
    BOOST_TEST(to_text(c) == to_text({}));
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace
}   // namespace thump::app
