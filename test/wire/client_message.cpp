#include <wire/client_message.hpp>

#include <wire/control_json.hpp>
#include <wire/faults.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace std::literals;
using namespace thump;
using namespace thump::wire;

constexpr event_limits limits{};
subscription_options const defaults{.queue = 20};

using parsed = boost::system::result<client_message, message_error>;

parsed parse(std::string_view text)
{
    return parse_client_message(text, {limits, defaults, 100});
}

template <class Message>
Message as(std::string_view text)
{
    return std::get<Message>(parse(text).value());
}

// Where every message is a CloudEvent.
parsed parse_as_cloud_event(std::string_view text)
{
    return parse_client_message(text, {limits, defaults, 100, true});
}

template <class Message>
Message asked(std::string_view text)
{
    auto const made = parse_as_cloud_event(text);
    BOOST_TEST_REQUIRE(made.has_value());
    return std::get<Message>(*made);
}

// The fault, and the ref that goes with it.
std::string fault_in(parsed const& made)
{
    if (made) return "fine";
    auto const wrong = made.error();
    return test::fault_of(result<void>{wrong.what}) + (wrong.ref ? " ref=" + *wrong.ref : "");
}

std::string judged(std::string_view text)
{
    return fault_in(parse(text));
}

std::string judged_as_cloud_event(std::string_view text)
{
    return fault_in(parse_as_cloud_event(text));
}

// A CloudEvent of that type, with one more member.
std::string cloud(std::string_view type, std::string_view member = R"("x":"1")")
{
    return R"({"specversion":"1.0","id":"i","source":"/s","type":")" + std::string{type} + "\"," +
           std::string{member} + '}';
}

}   // namespace

BOOST_AUTO_TEST_SUITE(client_message_)

BOOST_AUTO_TEST_CASE(a_bare_event_is_published)
{
    auto const m = as<publish_message>(R"({"type":"task.failed","message":"m"})");
    BOOST_TEST(m.e.type == "task.failed");
    BOOST_TEST(!m.ref);
}

BOOST_AUTO_TEST_CASE(a_publish_has_an_event_and_may_have_a_ref)
{
    auto const m = as<publish_message>(R"({"op":"publish","event":{"type":"a"},"ref": {"n": 1} })");
    BOOST_TEST(m.e.type == "a");
    BOOST_TEST(m.ref.value() == R"({"n": 1})");
    auto const turned = as<publish_message>(R"({"ref":"7","event":{"type":"a"},"op":"publish"})");
    BOOST_TEST(turned.ref.value() == R"("7")");
    BOOST_TEST(!as<publish_message>(R"({"op":"publish","event":{"type":"a"}})").ref);
}

BOOST_AUTO_TEST_CASE(a_ref_may_be_any_json_and_stays_in_one_line)
{
    BOOST_TEST(as<ping_message>(R"({"op":"ping","ref":null})").ref.value() == "null");
    BOOST_TEST(as<ping_message>("{\"op\":\"ping\",\"ref\":[1,\n2]}").ref.value() == "[1, 2]");
    BOOST_TEST(!as<ping_message>(R"({"op":"ping"})").ref);
    auto const long_ref = "\"" + std::string(254, 'x') + "\"";
    BOOST_TEST(judged(R"({"op":"ping","ref":)" + long_ref + "}") == "invalid_parameter /ref");
}

BOOST_AUTO_TEST_CASE(a_subscribe_takes_the_options_of_the_query)
{
    auto const m = as<subscribe_message>(
        R"({"op":"subscribe","types":["service.*","task.failed,node.down"],)"
        R"("meta":{"region":["eu","us"],"zone":"a"},"meta.rack":"7","since":12,"queue":"30",)"
        R"("max_rate":2.5,"overflow":"latest","key":"task_id","name":"n","format":"cloudevents",)"
        R"("subscribe":true,"ref":5})");
    auto const& s = m.request.subscription;
    BOOST_TEST(s.types == (std::vector<std::string>{"service.*", "task.failed", "node.down"}),
               boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(s.where.size() == 3u);
    BOOST_TEST((s.where[0] == metadata_condition{"region", {"eu", "us"}}));
    BOOST_TEST((s.where[2] == metadata_condition{"rack", {"7"}}));
    BOOST_TEST((m.request.subscription.since == position{at_sequence{12}}));
    BOOST_TEST(s.queue == 30u);
    BOOST_TEST(m.request.max_rate.value() == 2.5);
    BOOST_TEST(m.ref.value() == "5");
    BOOST_TEST(as<subscribe_message>(R"({"op":"subscribe"})").request.subscription.queue == 20u);
}

BOOST_AUTO_TEST_CASE(effective_options_can_be_subscribed_to_again)
{
    auto const first = as<subscribe_message>(
        R"({"op":"subscribe","types":"a,b","meta":{"k":"v"},"since":"e:4","limit":7,"name":"n"})");
    std::string options;
    append_subscription(options, first.request);
    auto const again = as<subscribe_message>(R"({"op":"subscribe",)" + options.substr(1));
    std::string same;
    append_subscription(same, again.request);
    BOOST_TEST(same == options);
}

BOOST_AUTO_TEST_CASE(bad_options_are_named_with_the_ref)
{
    BOOST_TEST(judged(R"({"op":"subscribe","queue":0,"ref":1})") ==
               "invalid_parameter /queue ref=1");
    BOOST_TEST(judged(R"({"op":"subscribe","queue":101})") == "invalid_parameter /queue");
    BOOST_TEST(judged(R"({"op":"subscribe","queue":true})") == "wrong_json_type /queue");
    BOOST_TEST(judged(R"({"op":"subscribe","queue":null})") == "wrong_json_type /queue");
    BOOST_TEST(judged(R"({"op":"subscribe","name":7})") == "wrong_json_type /name");
    BOOST_TEST(judged(R"({"op":"subscribe","types":[7]})") == "wrong_json_type /types");
    BOOST_TEST(judged(R"({"op":"subscribe","types":{}})") == "wrong_json_type /types");
    BOOST_TEST(judged(R"({"op":"subscribe","types":"a..b"})") == "invalid_parameter");
    BOOST_TEST(judged(R"({"op":"subscribe","meta":"x"})") == "wrong_json_type /meta");
    BOOST_TEST(judged(R"({"op":"subscribe","meta":{"k":{"l":"v"}}})") == "wrong_json_type /meta");
    BOOST_TEST(judged(R"({"op":"subscribe","meta":{"":"v"}})") == "invalid_parameter /meta");
    BOOST_TEST(judged(R"({"op":"subscribe","meta":{"k":[]}})") == "invalid_parameter /meta");
    BOOST_TEST(judged(R"({"op":"subscribe","meta.k":[]})") == "invalid_parameter /meta.k");
    BOOST_TEST(judged(R"({"op":"subscribe","colour":"red","ref":"r"})") ==
               "unknown_field /colour ref=\"r\"");
    BOOST_TEST(judged(R"({"op":"subscribe","event":{"type":"a"}})") == "unknown_field /event");
    BOOST_TEST(judged(R"({"op":"subscribe","queue":1,"queue":1})") == "duplicate_key /queue");
}

BOOST_AUTO_TEST_CASE(too_many_options_are_refused)
{
    std::string text = R"({"op":"subscribe")";
    for (int i = 0; i != 65; ++i)
        text += ",\"x" + std::to_string(i) + "\":1";
    BOOST_TEST(judged(text + "}") == "invalid_parameter");
}

BOOST_AUTO_TEST_CASE(a_bad_event_is_told_with_its_place_and_ref)
{
    BOOST_TEST(judged(R"({"op":"publish","ref":3,"event":{"type":"a","metadata":{"k":1}}})") ==
               "wrong_json_type /event/metadata/k ref=3");
    BOOST_TEST(judged(R"({"op":"publish","event":{"type":"a b"},"ref":3})") ==
               "invalid_type /event/type ref=3");
    BOOST_TEST(judged(R"({"op":"publish","event":7,"ref":3})") == "wrong_json_type /event ref=3");
    BOOST_TEST(judged(R"({"op":"publish","ref":3})") == "missing_field /event ref=3");
    BOOST_TEST(judged(R"({"op":"publish","event":{"type":"a"},"colour":1})") ==
               "unknown_field /colour");
    BOOST_TEST(judged(R"({"type":"a","colour":1})") == "unknown_field /colour");
}

BOOST_AUTO_TEST_CASE(a_type_that_a_strict_catalog_does_not_know_is_told_with_its_place)
{
    auto const strictly = [](std::string_view text) {
        auto const made = parse_client_message(text, {{limits, true}, defaults, 100});
        return made ? "fine" : test::fault_of(result<void>{made.error().what});
    };
    BOOST_TEST(strictly(R"({"type":"task.failed"})") == "fine");
    BOOST_TEST(strictly(R"({"type":"z"})") == "unknown_type /type");
    BOOST_TEST(strictly(R"({"op":"publish","event":{"type":"z"},"ref":3})") ==
               "unknown_type /event/type");
    BOOST_TEST(strictly(cloud("z")) == "unknown_type /type");
}

BOOST_AUTO_TEST_CASE(a_bare_event_has_no_ref)
{
    BOOST_TEST(judged(R"({"type":"a","ref":3})") == "unknown_field /ref ref=3");
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_refused)
{
    BOOST_TEST(judged("") == "empty_body");
    BOOST_TEST(judged("7") == "wrong_json_type");
    BOOST_TEST(judged("[]") == "wrong_json_type");
    BOOST_TEST(judged("{}") == "missing_field");
    BOOST_TEST(judged(R"({"ref":1})") == "unknown_field /ref ref=1");
    BOOST_TEST(judged("{\"op\":") == "invalid_json @6");
    BOOST_TEST(judged(R"({"op":7,"ref":1})") == "wrong_json_type /op ref=1");
    BOOST_TEST(judged(R"({"op":"shout","ref":1})") == "invalid_parameter /op ref=1");
    BOOST_TEST(judged(R"({"op":"ping","x":1})") == "unknown_field /x");
    BOOST_TEST(judged(R"({"op":"ping","event":{"type":"a"}})") == "unknown_field /event");
    BOOST_TEST(judged(R"({"op":"ping","op":"ping"})") == "duplicate_key /op");
    BOOST_TEST(judged(R"({"op":"ping"} x)") == "invalid_json @14");
    BOOST_TEST(judged(R"({"op":"ping","ref":)" + std::string(100'000, '[')) ==
               "json_too_deep @275");
    BOOST_TEST(judged("{\"op\":\"ping\",\"ref\":\"\xff\"}") == "invalid_utf8 @20");
}

BOOST_AUTO_TEST_CASE(unknown_option_is_named_whatever_its_value)
{
    for (std::string_view const value : {"0", "\"x\"", "true", "null", "[1]", "{}"}) {
        auto const text = R"({"op":"subscribe","foo":)" + std::string{value} + '}';
        auto const made = parse(text);
        BOOST_TEST_REQUIRE(!made);
        BOOST_TEST((made.error().what.code == errc::unknown_field), value);
        BOOST_TEST(made.error().what.pointer == "/foo");
    }
}

BOOST_AUTO_TEST_CASE(a_cloud_event_is_published)
{
    auto const m = as<publish_message>(cloud("task.failed", R"("data":{"ref":1})"));
    BOOST_TEST(m.e.type == "task.failed");
    BOOST_TEST(m.e.data == R"({"ref":1})");
    BOOST_TEST(!m.ref);
    auto const asked = as<publish_message>(R"({"op":"publish","ref":1,"event":)" +
                                           cloud("thump.ping", R"("subject":"s")") + '}');
    BOOST_TEST(asked.e.type == "thump.ping");
    BOOST_TEST(asked.e.metadata.at("ce-subject") == "s");
    BOOST_TEST(asked.ref.value() == "1");
}

BOOST_AUTO_TEST_CASE(a_request_may_be_a_cloud_event_where_all_are)
{
    auto const publish =
        asked<publish_message>(cloud("thump.publish", R"("data":{"event":{"type":"a"},"ref":2})"));
    BOOST_TEST(publish.e.type == "a");
    BOOST_TEST(publish.ref.value() == "2");
    auto const subscribe =
        asked<subscribe_message>(cloud("thump.subscribe", R"("data":{"types":["a.*"],"queue":7})"));
    BOOST_TEST(subscribe.request.subscription.queue == 7u);
    BOOST_TEST((subscribe.request.format == stream_format::cloudevents));
    BOOST_TEST(!asked<ping_message>(cloud("thump.ping")).ref);
    BOOST_TEST(
        asked<ping_message>(cloud("thump.ping", R"("data":{"op":"ping","ref":3})")).ref.value() ==
        "3");
}

BOOST_AUTO_TEST_CASE(elsewhere_a_cloud_event_is_an_event_whatever_its_type)
{
    for (auto const* const type : {"thump.publish", "thump.subscribe", "thump.ping"}) {
        auto const m = as<publish_message>(cloud(type, R"("data":{"ref":1})"));
        BOOST_TEST(m.e.type == type);
        BOOST_TEST(!m.ref);
    }
    BOOST_TEST(judged(cloud("thump.ping", R"("data":{"ref":1},"x":{})")) == "wrong_json_type /x");
}

BOOST_AUTO_TEST_CASE(faults_of_cloud_events_have_their_place)
{
    BOOST_TEST(judged(R"({"specversion":"1.0","type":"a"})") == "missing_field /id");
    BOOST_TEST(judged(cloud("a", R"("data":{"ref":1},"x":{})")) == "wrong_json_type /x");
    BOOST_TEST(judged(R"({"op":"publish","ref":1,"event":)" + cloud("a", R"("x":1.5)") + '}') ==
               "invalid_attribute /event/x ref=1");
    BOOST_TEST(judged_as_cloud_event(cloud("thump.ping", R"("data":[])")) ==
               "wrong_json_type /data");
    BOOST_TEST(judged_as_cloud_event(cloud("thump.ping", R"("data":{"op":"publish","ref":1})")) ==
               "invalid_parameter /data/op ref=1");
    BOOST_TEST(judged_as_cloud_event(cloud("thump.ping", R"("data":{"x":1,"ref":1})")) ==
               "unknown_field /data/x ref=1");
    BOOST_TEST(judged_as_cloud_event(cloud("thump.subscribe", R"("data":{"queue":0,"ref":"r"})")) ==
               R"(invalid_parameter /data/queue ref="r")");
}

BOOST_AUTO_TEST_CASE(where_all_are_cloud_events_no_other_event_is_taken)
{
    BOOST_TEST(judged_as_cloud_event(cloud("a")) == "fine");
    BOOST_TEST(judged_as_cloud_event(R"({"type":"a"})") == "missing_field /specversion");
    BOOST_TEST(judged_as_cloud_event("[]") == "wrong_json_type");
    BOOST_TEST(judged_as_cloud_event(R"({"op":"ping"})") == "fine");
    BOOST_TEST(judged_as_cloud_event(R"({"ref":1,"op":"ping"})") == "fine");
    BOOST_TEST(judged_as_cloud_event(cloud("thump.subscribe", R"("data":{"format":"thump"})")) ==
               "invalid_parameter /data/format");
    auto const asked =
        parse_client_message(cloud("thump.subscribe"), {limits, defaults, 100, true}).value();
    BOOST_TEST((std::get<subscribe_message>(asked).request.format == stream_format::cloudevents));
}

BOOST_AUTO_TEST_SUITE_END()
